import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../lib/refusal.mjs';

/** The folder with the package.json and the lock file that an installation is made from. */
export const recipeFolder = fileURLToPath(new URL('.', import.meta.url));

/** Raised when install.mjs makes something else of the same packages, so that an older result is not taken for it. */
const recipeNumber = 1;

/**
 * What is to be installed on this machine.
 * @typedef {object} Release
 * @property {string} version of code-server
 * @property {string} nodeVersion of the Node that runs it
 * @property {string} nodePackage npm package that holds that Node for this processor
 * @property {string} folderName unique to versions, processor, lock file and recipe
 */

/**
 * Reads the release from the recipe's own package.json and lock file.
 *
 * @param {string} [arch] as `process.arch` says it
 * @returns {Release}
 */
export function readRelease(arch = process.arch) {
  const manifest =
    /** @type {{ dependencies: Record<string, string>, optionalDependencies: Record<string, string> }} */ (
      JSON.parse(readFileSync(join(recipeFolder, 'package.json'), 'utf8'))
    );
  const nodePackage = `node-linux-${arch}`;
  const nodeVersion = manifest.optionalDependencies[nodePackage];
  const version = manifest.dependencies['code-server'];
  if (version === undefined) throw new Error('tools/code-server/package.json does not name code-server');
  if (process.platform !== 'linux' || nodeVersion === undefined) {
    throw new Refusal(
      `code-server with its own Node is available for Linux on x64 and arm64; this is ${process.platform} on ${arch}.`,
    );
  }
  const lock = createHash('sha256')
    .update(readFileSync(join(recipeFolder, 'package-lock.json')))
    .digest('hex');
  const folderName = `code-server-${version}-node-${nodeVersion}-${arch}-${lock.slice(0, 10)}-${recipeNumber}`;
  return { version, nodeVersion, nodePackage, folderName };
}

/**
 * A finished installation: run `node entry ...`, never code-server's own launcher, which takes whatever Node is on PATH.
 * @typedef {object} CodeServer
 * @property {string} folder
 * @property {string} node absolute path
 * @property {string} entry absolute path
 * @property {string} version
 */

/**
 * Where things are in an installation of this release.
 *
 * @param {string} folder
 * @param {Release} release
 * @returns {CodeServer}
 */
export function layout(folder, release) {
  return {
    folder,
    node: join(folder, 'node_modules', release.nodePackage, 'bin', 'node'),
    entry: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
    version: release.version,
  };
}
