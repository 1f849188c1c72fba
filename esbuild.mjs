#!/usr/bin/env node
// Bundles what runs: dist/extension.js, what it loads late (`editorOutputs`, dockerode.js), dist/webview.js for the browser with what it loads late (charts.js and its charts.css), dist/cli.js, and with --test dist/test/editor.js.
//
//   --production   minified, without source maps
//   --test         also the suite that runs inside the editor
//   --metafile     also dist/meta.json, what each output is made of
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { dockerodeParts } from './tools/lib/dockerodeParts.mjs';
import { runEntry } from './tools/lib/entry.mjs';
import { Refusal } from './tools/lib/refusal.mjs';

/** @typedef {import('esbuild').BuildOptions} BuildOptions */

const root = fileURLToPath(new URL('.', import.meta.url));
const flags = ['--production', '--test', '--metafile'];

/** What the editor loads: the first at activation, the others on first use. */
const editorOutputs = [
  ['src/extension.ts', 'extension.js'],
  ['src/vscode/actions.ts', 'actions.js'],
  ['src/vscode/diagnostics/diagnostics.ts', 'diagnostics.js'],
  ['src/vscode/backgroundDiagnosis.ts', 'backgroundDiagnosis.js'],
  // Of the two before it, so that the facts and the rules ship once.
  ['src/vscode/diagnosis.ts', 'diagnosis.js'],
  ['src/vscode/verification.ts', 'verification.js'],
  ['src/vscode/startup.ts', 'startup.js'],
  ['src/vscode/limits/limits.ts', 'limits.js'],
];

/**
 * Sources that are outputs of their own, loaded on first use by whoever asks for them with import(); all outputs stand
 * side by side in dist/. A static import would load one at activation, so that is refused.
 */
const lateOutputs = new Map(
  [...editorOutputs.slice(1), ['src/engine/dockerode.ts', 'dockerode.js']].map(([source, file]) => [
    source,
    `./${file}`,
  ]),
);

/** @type {import('esbuild').Plugin} */
const late = {
  name: 'late-outputs',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\.?\// }, ({ kind, importer, path, resolveDir }) => {
      const output = lateOutputs.get(`${relative(root, join(resolveDir, path))}.ts`);
      if (output === undefined || kind === 'entry-point') return undefined;
      if (kind === 'dynamic-import') return { path: output, external: true };
      return { errors: [{ text: `${importer} imports ${path} at load time; it is for import() on first use` }] };
    });
  },
};

/**
 * @param {boolean} production
 * @returns {BuildOptions}
 */
function sharedOptions(production) {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // The editor patches require(); a native import() of a CommonJS file would go around that and lose its name exports.
    supported: { 'dynamic-import': false },
    minify: production,
    loader: { '.tsv': 'text' },
    sourcemap: production ? false : 'linked',
    alias: {
      // Its main file hands a require() of its own around, which no bundler can follow.
      'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js'),
    },
    metafile: true,
    // Written by us, by rename and only when changed: an editor that reloads never reads half a file.
    write: false,
    logLevel: 'warning',
  };
}

/**
 * @param {readonly string[]} args
 * @returns {BuildOptions[]}
 */
function bundles(args) {
  /** @type {BuildOptions[]} */
  const all = [
    ...editorOutputs.map(([source = '', file]) => ({
      entryPoints: [source],
      outfile: `dist/${file}`,
      target: 'node22',
      external: ['vscode'],
      plugins: [late],
    })),
    {
      entryPoints: ['src/webview/main.ts'],
      outfile: 'dist/webview.js',
      platform: 'browser',
      format: 'iife',
      target: 'es2022',
      // The browser's own import() carries the page's nonce along.
      supported: {},
    },
    {
      entryPoints: ['src/webview/charts.ts'],
      outfile: 'dist/charts.js',
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      banner: { js: '/*! With uPlot, (c) Leon Sorokin, MIT license: https://github.com/leeoniya/uPlot */' },
    },
    { entryPoints: ['node_modules/uplot/dist/uPlot.min.css'], outfile: 'dist/charts.css' },
    {
      entryPoints: ['src/engine/dockerode.ts'],
      outfile: 'dist/dockerode.js',
      // The command line loads this file too, and runs on the oldest Node of package.json.
      target: 'node20',
      plugins: [dockerodeParts],
    },
    {
      entryPoints: ['src/cli.ts'],
      outfile: 'dist/cli.js',
      target: 'node20',
      banner: { js: '#!/usr/bin/env node' },
      plugins: [late],
    },
  ];
  if (args.includes('--test')) {
    all.push({
      entryPoints: ['test/editor/index.ts'],
      outfile: 'dist/test/editor.js',
      target: 'node22',
      external: ['vscode', 'mocha'],
      plugins: [dockerodeParts],
    });
  }
  return all;
}

/**
 * Replaces a file in one step; leaves it alone when it is the same already.
 *
 * @param {string} path
 * @param {Uint8Array} contents
 */
function replaceFile(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  if (isSame(path, contents)) return;
  const fresh = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(fresh, contents);
  renameSync(fresh, path);
}

/**
 * @param {string} path
 * @param {Uint8Array} contents
 */
function isSame(path, contents) {
  try {
    return readFileSync(path).equals(contents);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Removes what an earlier build left in a folder and this one did not make: source maps of a development build,
 * bundles that were renamed. Packages (.vsix) and folders stay.
 *
 * @param {string} folder
 * @param {ReadonlySet<string>} made
 */
function removeStale(folder, made) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile() && /\.(?:js|css|map|json)$/.test(entry.name) && !made.has(path)) rmSync(path);
  }
}

await runEntry('build', async () => {
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => !flags.includes(arg));
  if (unknown !== undefined) throw new Refusal(`"${unknown}" is not an option; known are ${flags.join(', ')}.`, 2);

  const shared = sharedOptions(args.includes('--production'));
  const built = await Promise.all(bundles(args).map((options) => build({ ...shared, ...options }))).catch((error) => {
    // esbuild has printed what is wrong with the sources, with the place; anything else is a fault of this file.
    if (Array.isArray(error.errors)) return undefined;
    throw error;
  });
  if (built === undefined) return 1;

  const dist = join(root, 'dist');
  const made = new Set(built.flatMap(({ outputFiles }) => (outputFiles ?? []).map(({ path }) => path)));
  for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles ?? [])) {
    replaceFile(path, contents);
    if (path.endsWith('.js')) console.log(`${relative(root, path)}  ${(contents.length / 1024).toFixed(1)} KB`);
  }
  chmodSync(join(dist, 'cli.js'), 0o755);
  if (args.includes('--metafile')) {
    const inputs = Object.assign({}, ...built.map(({ metafile }) => metafile?.inputs));
    const outputs = Object.assign({}, ...built.map(({ metafile }) => metafile?.outputs));
    const meta = join(dist, 'meta.json');
    made.add(meta);
    replaceFile(meta, Buffer.from(JSON.stringify({ inputs, outputs })));
  }
  removeStale(dist, made);
  if (args.includes('--test')) removeStale(join(dist, 'test'), made);
  return 0;
});
