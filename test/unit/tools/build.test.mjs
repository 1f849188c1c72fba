import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run } from '../../../tools/lib/run.mjs';
import { ownFolder } from './folder.mjs';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

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
    'src/vscode/backgroundDiagnosis.ts': 'export const look = () => 1;',
    'src/engine/dockerode.ts':
      "import Docker from 'dockerode';\nexport const make = () => typeof new Docker({ socketPath: '/x' });",
    'src/engine/stubs/absent.ts': 'export default {};',
    'src/cli.ts': "void import('./engine/dockerode').then((late) => console.log(late.make()));",
    'test/editor/index.ts': "import * as vscode from 'vscode';\nexport const run = () => vscode.version;",
    ...files,
  };
  for (const folder of [
    'src/engine/stubs',
    'src/vscode/diagnostics',
    'src/vscode/limits',
    'src/webview',
    'test/editor',
  ])
    mkdirSync(join(root, folder), { recursive: true });
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
    expect(extension.length).toBeLessThan(60 * 1024);
    for (const late of ['actions', 'limits']) expect(extension).toContain(`require("./${late}.js")`);
    expect(readFileSync(join(root, 'dist/limits.js'), 'utf8')).toContain('memory.limit_in_bytes');
    expect(extension).not.toContain('memory.limit_in_bytes');
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
