import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = join(__dirname, '../../src');

/** Which rooms a room may import from, besides itself. The roots may import from everywhere. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  util: [],
  helper: ['util'],
  engine: ['helper', 'util'],
  // Facts hold what the engine answered and what the helper says of itself.
  host: ['engine', 'helper', 'util'],
  diagnosis: ['host', 'engine', 'helper', 'util'],
  limits: ['host', 'engine', 'helper', 'util'],
  report: ['diagnosis', 'limits', 'host', 'engine', 'helper', 'util'],
  // What the editor and the command line both do.
  app: ['report', 'diagnosis', 'limits', 'host', 'engine', 'helper', 'util'],
  // What it tells the page, in types.
  vscode: ['app', 'report', 'diagnosis', 'limits', 'host', 'engine', 'helper', 'util', 'webview'],
  // Runs in a browser.
  webview: [],
  cli: ['app', 'report', 'diagnosis', 'limits', 'host', 'engine', 'helper', 'util'],
};

interface Arrow {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What is imported, as a path below `src` or the name of a package. */
  readonly path: string;
  readonly typeOnly: boolean;
}

function arrows(): Arrow[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8');
    const imports = text.matchAll(
      /(?:^|\n)(?:import|export)(?<type> type)?\s[^;]*?from '(?<path>[^']+)'|import\('(?<late>[^']+)'\)/g,
    );
    return [...imports].map(({ groups }) => {
      const path = groups?.['path'] ?? groups?.['late'] ?? '';
      const target = path.startsWith('.') ? relative(src, resolve(src, file, '..', path)) : path;
      return {
        file,
        from: room(file),
        to: path.startsWith('.') ? room(target) : `package ${path}`,
        path: target,
        typeOnly: groups?.['type'] !== undefined,
      };
    });
  });
}

/** The folder of `src` a path lies in; the roots themselves are `root`. */
function room(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : 'root';
}

test('imports run one way', () => {
  const rooms = new Set(Object.keys(mayUse));
  const all = arrows();
  expect(all.length).toBeGreaterThan(200);
  const wrong = all.filter(
    ({ from, to }) => rooms.has(from) && from !== to && (rooms.has(to) || to === 'root') && !mayUse[from]?.includes(to),
  );
  expect(wrong).toEqual([]);
  expect(
    readdirSync(src, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...rooms].sort());
});

test('only extension.ts and vscode/ know the editor', () => {
  const all = arrows();
  const knowing = all.filter(({ to }) => to === 'package vscode');
  expect(knowing.filter(({ file, from }) => from !== 'vscode' && file !== 'extension.ts')).toEqual([]);
  // At run time the editor is passed in everywhere; only the composition root imports it.
  expect(knowing.filter(({ typeOnly }) => !typeOnly).map(({ file }) => file)).toEqual(['extension.ts']);
});

test('dockerode is imported in one file', () => {
  const importers = arrows().filter(({ to }) => to === 'package dockerode' || to === 'package docker-modem');
  expect([...new Set(importers.map(({ file }) => file))]).toEqual(['engine/dockerode.ts']);
});

test('the page imports nothing but itself, and the editor of it nothing but the types of their messages', () => {
  const all = arrows();
  const ofPage = all.filter(({ from }) => from === 'webview');
  expect(ofPage.length).toBeGreaterThan(5);
  // The library that draws is in the output that is loaded when there is something to draw.
  expect(ofPage.filter(({ to }) => to !== 'webview').map(({ file, to }) => [file, to])).toEqual([
    ['webview/charts.ts', 'package uplot'],
  ]);
  const intoPage = all.filter(({ from, to }) => from !== 'webview' && to === 'webview');
  expect(intoPage.length).toBeGreaterThan(5);
  expect(intoPage.filter(({ path, typeOnly }) => path !== 'webview/protocol' || !typeOnly)).toEqual([]);
  // Types leave nothing behind: a module that imports it only takes what disappears.
  const messages = readFileSync(join(src, 'webview/protocol.ts'), 'utf8');
  expect(
    messages.match(/^(?!export (?:interface|type) )(?:export|import|const|let|function|class|enum)\b.*/gmu),
  ).toBeNull();
});

test('one file runs the privileged helper, and it checks whose the helper is', () => {
  const all = arrows();
  const importers = (to: string): string[] => [
    ...new Set(all.filter(({ path, typeOnly }) => path === to && !typeOnly).map(({ file }) => file)),
  ];
  expect([...importers('node:child_process'), ...importers('child_process')]).toEqual(['util/child.ts']);
  expect(importers('util/child')).toEqual(['helper/run.ts']);
  expect(importers('helper/elevation')).toEqual(['helper/run.ts']);
  expect(importers('helper/trust').sort()).toEqual([
    'helper/installed.ts',
    'helper/rootless.ts',
    'helper/run.ts',
    'host/helperFacts.ts',
  ]);
  // The editor and the command line have one way to it; facts that only root can see have theirs.
  expect(importers('helper/run').sort()).toEqual(['app/helperRunner.ts', 'host/rootFacts.ts']);
  // Who names the helper's path or sudo's as a value, reads them or shows them; words for a person are in the rules.
  const naming = (pattern: RegExp): string[] =>
    readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && pattern.test(readFileSync(join(src, path), 'utf8')))
      .sort();
  expect(naming(/\bhelperProgram\b/)).toEqual([
    'app/machineSetup.ts',
    'helper/paths.ts',
    'helper/run.ts',
    'host/helperFacts.ts',
  ]);
  expect(naming(/\bsudoProgram\b/)).toEqual([
    'helper/elevation.ts',
    'helper/paths.ts',
    'helper/refusal.ts',
    'host/rootFacts.ts',
  ]);
  // What may be started is said by the judge alone, and of the user's own program by who names it.
  expect(naming(/\bas (?:unknown as )?(?:JudgedProgram|TrustedFolder)\b/)).toEqual(['helper/trust.ts']);
  expect(naming(/\bownProgram\b/)).toEqual(['helper/rootless.ts', 'helper/trust.ts']);
  // The stand-in of tests, and another owner than root, are nothing that this program asks for.
  expect(naming(/\bstandIn\b/)).toEqual(['helper/run.ts']);
  expect(naming(/\btrustedUid\b/)).toEqual(['helper/trust.ts']);
  const run = readFileSync(join(src, 'helper/run.ts'), 'utf8');
  expect(run.match(/startChild\(/g)).toHaveLength(1);
  expect(run.match(/elevationFor\(/g)).toHaveLength(1);
  expect(run).toMatch(/checkTrust\([^]*elevationFor\(/);
});

test('one file writes XML, says what an error is, and knows which characters act on a reader', () => {
  const containing = (pattern: RegExp): string[] =>
    readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && pattern.test(readFileSync(join(src, path), 'utf8')))
      .sort();
  expect(containing(/<\?xml/)).toEqual(['report/xml.ts']);
  expect(containing(/error instanceof Error \? error\.message : String\(error\)/)).toEqual(['util/format.ts']);
  // A command that has one is not changed but not offered at all.
  expect(containing(/\\p\{Cf\}/)).toEqual(['util/sanitize.ts', 'vscode/diagnostics/terminalPaste.ts']);
});
