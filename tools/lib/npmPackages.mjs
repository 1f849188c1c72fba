import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './folderLock.mjs';
import { runOrRefuse } from './run.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * One entry of a lock file: enough to tell whether the same thing is installed.
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} LockFile
 */

/**
 * Whether what npm noted about a node_modules folder is what the lock file asks for. Optional packages are for other
 * processors and systems as a rule, so they may be absent, but not of another version.
 *
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile} installed node_modules/.package-lock.json
 */
export function sameLock(wanted, installed) {
  const there = installed.packages ?? {};
  const asked = Object.entries(wanted.packages ?? {}).filter(([path]) => path !== '');
  const fits = asked.every(([path, { version, integrity, optional }]) => {
    const found = there[path];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
  const known = new Set(asked.map(([path]) => path));
  return fits && Object.keys(there).every((path) => known.has(path));
}

/**
 * Whether node_modules holds what package-lock.json asks for; reads two files, about 10 ms.
 * @param {string} [root] of the repository
 */
export function packagesAreInstalled(root = repository) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const read = (/** @type {string} */ path) => /** @type {LockFile} */ (JSON.parse(readFileSync(path, 'utf8')));
  return sameLock(read(join(root, 'package-lock.json')), read(installed));
}

/**
 * Runs `npm ci` unless node_modules already is what the lock file asks for. It begins by removing all of node_modules, so
 * two at once in one checkout would break each other: the second waits on a lock on the checkout's folder and then finds
 * everything there.
 *
 * @param {object} options
 * @param {(text: string) => void} options.detail
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.root] of the repository
 * @param {(argv: string[]) => string[]} [options.as] wraps the command, to run it as the owner of the checkout
 * @returns {Promise<boolean>} whether anything was installed
 */
export async function ensurePackages({ detail, signal, root = repository, as = (argv) => argv }) {
  if (packagesAreInstalled(root)) return false;
  const onWait = () => detail('waiting for another npm ci in this checkout');
  return withLock(root, { onWait, ...(signal && { signal }) }, async () => {
    if (packagesAreInstalled(root)) return false;
    detail('npm ci');
    await runOrRefuse('installing the npm packages', as(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error']), {
      cwd: root,
      ...(signal && { signal }),
    });
    return true;
  });
}
