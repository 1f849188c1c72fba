import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../tools/lib/run.mjs';
import { ownFolder, repository } from './folders.mjs';

/** What each output may have at most, minified; what is loaded at activation or with a page has the least room. */
const mostKilobytes = {
  'extension.js': 60,
  'actions.js': 110,
  'diagnostics.js': 60,
  'backgroundDiagnosis.js': 5,
  'diagnosis.js': 300,
  'verification.js': 24,
  'startup.js': 10,
  'limits.js': 140,
  'webview.js': 18,
  'charts.js': 56,
  'dockerode.js': 52,
  'cli.js': 545,
};

/** A small project around the real build program. */
function smallProject(/** @type {Record<string, string>} */ files = {}) {
  const root = ownFolder();
  cpSync(join(repository, 'esbuild.mjs'), join(root, 'esbuild.mjs'));
  cpSync(join(repository, 'tools/lib'), join(root, 'tools/lib'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  const sources = {
    'src/extension.ts': "export const load = async () => (await import('./vscode/actions')).make();",
    'src/vscode/actions.ts':
      "export const page = async () => import('./diagnostics/diagnostics');\nexport const make = async () => (await import('../engine/dockerode')).make();",
    'src/vscode/diagnostics/diagnostics.ts': 'export const judged = true;',
    'src/webview/main.ts': 'document.title = "page";\nvoid import(document.title);',
    'src/webview/charts.ts': "import uPlot from 'uplot';\nexport const draw = uPlot;",
    'src/vscode/limits/limits.ts': 'export const prove = () => true;',
    'src/vscode/verification.ts': 'export const verify = () => true;',
    'src/vscode/startup.ts': 'export const begin = () => true;',
    'src/vscode/backgroundDiagnosis.ts': 'export const look = () => 1;',
    'src/vscode/diagnosis.ts': 'export const diagnose = () => [];',
    'src/engine/dockerode.ts':
      "import Docker from 'dockerode';\nexport const make = () => typeof new Docker({ socketPath: '/x' });",
    'src/cli.ts': "void import('./engine/dockerode').then((late) => console.log(late.make()));",
    'test/editor/index.ts': "import * as vscode from 'vscode';\nexport const run = () => vscode.version;",
    ...files,
  };
  for (const folder of ['src/engine', 'src/vscode/diagnostics', 'src/vscode/limits', 'src/webview', 'test/editor'])
    mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(repository, 'src/engine/stubs'), join(root, 'src/engine/stubs'), { recursive: true });
  for (const [path, text] of Object.entries(sources)) writeFileSync(join(root, path), text);
  return {
    root,
    build: (/** @type {string[]} */ ...args) => run([process.execPath, 'esbuild.mjs', ...args], { cwd: root }),
  };
}

describe('the build', () => {
  test('dockerode is in a file of its own that is loaded late, without ssh; the command line runs', async () => {
    const { root, build } = smallProject();
    expect(await build('--production')).toMatchObject({ code: 0, stderr: '' });
    const text = (/** @type {string} */ name) => readFileSync(join(root, 'dist', name), 'utf8');
    expect(text('extension.js')).toContain('require("./actions.js")');
    expect(text('extension.js')).not.toContain('dockerode');
    expect(text('actions.js')).toContain('require("./dockerode.js")');
    expect(text('actions.js')).toContain('require("./diagnostics.js")');
    expect(text('actions.js')).not.toContain('judged');
    expect(text('webview.js')).not.toMatch(/require|exports/);
    expect(text('webview.js')).toContain('import(document.title)');
    expect(text('charts.js')).toMatch(/^\/\*! With uPlot, \(c\)[^]*export\s*\{/);
    expect(text('charts.css')).toContain('.u-wrap');
    expect(text('extension.js')).not.toContain('// src/');
    expect(text('dockerode.js')).not.toMatch(/ssh-rsa|cpufeatures/);
    expect(statSync(join(root, 'dist/cli.js')).mode & 0o111).toBe(0o111);
    expect((await run([join(root, 'dist/cli.js')])).stdout).toBe('object\n');
    expect(existsSync(join(root, 'dist/extension.js.map'))).toBe(false);
  });

  test('what an earlier build left is removed, packages and the suite stay', async () => {
    const { root, build } = smallProject();
    await build('--test', '--metafile');
    const there = (/** @type {string} */ name) => existsSync(join(root, 'dist', name));
    expect(['test/editor.js', 'extension.js.map', 'meta.json'].map(there)).toEqual([true, true, true]);
    writeFileSync(join(root, 'dist/renamed.js'), '');
    writeFileSync(join(root, 'dist/renamed.css'), '');
    writeFileSync(join(root, 'dist/station.vsix'), '');
    await build('--production');
    const gone = ['renamed.js', 'renamed.css', 'extension.js.map', 'meta.json'];
    expect(gone.filter(there)).toEqual([]);
    const kept = ['test/editor.js', 'station.vsix', 'extension.js', 'charts.css'];
    expect(kept.filter(there)).toEqual(kept);
  });

  test('an output that is the same is not written again', async () => {
    const { root, build } = smallProject();
    await build();
    const before = statSync(join(root, 'dist/extension.js'));
    await build();
    expect(statSync(join(root, 'dist/extension.js'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test('loading dockerode at activation is refused', async () => {
    const { build } = smallProject({
      'src/extension.ts': "import { make } from './engine/dockerode';\nexport const x = make();",
    });
    const { code, stderr } = await build();
    expect(code).toBe(1);
    expect(stderr).toContain('extension.ts imports ./engine/dockerode at load time');
  });

  test('what activation loads is small and has nothing of what is loaded late', async () => {
    const { root, build } = smallProject();
    for (const path of ['src', 'scripts', 'media', 'package.json', 'tsconfig.json'])
      cpSync(join(repository, path), join(root, path), { recursive: true });
    expect(await build('--production')).toMatchObject({ code: 0, stderr: '' });
    const extension = readFileSync(join(root, 'dist/extension.js'), 'utf8');
    const kilobytes = (/** @type {string} */ name) => Math.ceil(statSync(join(root, 'dist', name)).size / 1024);
    const sizes = Object.fromEntries(Object.keys(mostKilobytes).map((name) => [name, kilobytes(name)]));
    const tooLarge = Object.entries(mostKilobytes).filter(([name, most]) => (sizes[name] ?? 0) > most);
    expect(tooLarge, `KB: ${JSON.stringify(sizes)}`).toEqual([]);
    expect(readdirSync(join(root, 'dist')).sort()).toEqual([...Object.keys(mostKilobytes), 'charts.css'].sort());
    const packed = readFileSync(join(repository, '.vscodeignore'), 'utf8').split('\n');
    const shipped = Object.keys(mostKilobytes).filter((name) => packed.includes(`!dist/${name}`));
    expect(shipped).toEqual(Object.keys(mostKilobytes));
    for (const late of ['actions', 'limits', 'backgroundDiagnosis'])
      expect(extension).toContain(`require("./${late}.js")`);
    expect(readFileSync(join(root, 'dist/limits.js'), 'utf8')).toContain('memory.limit_in_bytes');
    expect(extension).not.toContain('memory.limit_in_bytes');
    // The page and the background load the same rules, and have none of their own.
    const rule = 'daemon-json-unknown-key';
    for (const name of ['diagnostics.js', 'backgroundDiagnosis.js']) {
      expect(readFileSync(join(root, 'dist', name), 'utf8')).not.toContain(rule);
    }
    expect(readFileSync(join(root, 'dist/diagnosis.js'), 'utf8')).toContain(rule);
    for (const name of ['extension.js', 'actions.js']) {
      expect(readFileSync(join(root, 'dist', name), 'utf8')).toContain('require("./diagnosis.js")');
    }
    // Of what a module has beside the part that is used, nothing ships (`sideEffects` in package.json).
    expect(readFileSync(join(root, 'dist/diagnostics.js'), 'utf8')).not.toContain('memory.limit_in_bytes');
    // The page without a chart does without what draws them.
    expect(readFileSync(join(root, 'dist/webview.js'), 'utf8')).not.toContain('u-legend');
    expect(readFileSync(join(root, 'dist/charts.js'), 'utf8')).toContain('u-legend');
  });

  test('an error in the sources ends with 1, a wrong option with 2', async () => {
    const broken = smallProject({ 'src/cli.ts': 'const' });
    expect((await broken.build()).code).toBe(1);
    const { build } = smallProject();
    expect(await build('--prod')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"--prod" is not an option'),
    });
  });
});
