import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bundles a TypeScript program of this repository into one file that node runs.
 *
 * @param {string} entryPoint relative to the repository
 * @param {string} outfile
 * @param {Record<string, string>} [define] names that become these expressions
 */
export async function bundle(entryPoint, outfile, define = {}) {
  // Loaded late: tools begin before the npm packages are there.
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // As in esbuild.mjs: jsonc-parser's other file loads parts that are not there.
    mainFields: ['module', 'main'],
    external: ['dockerode'],
    loader: { '.tsv': 'text' },
    define,
    logLevel: 'error',
  });
}
