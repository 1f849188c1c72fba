import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, cacheFolders } from '../lib/cacheFolder.mjs';
import { withLock } from '../lib/folderLock.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { installCodeServer } from './install.mjs';
import { layout, readRelease } from './release.mjs';

/** @typedef {import('./release.mjs').CodeServer} CodeServer */
/** @typedef {import('./release.mjs').Release} Release */

/**
 * The code-server of this checkout, or undefined when it is not installed yet. Costs a few file lookups.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {CodeServer | undefined}
 */
export function findCodeServer(env = process.env) {
  const release = readRelease();
  // A folder of that name appears by a rename at the very end of an installation, so its presence is the proof.
  const folder = cacheFolders(env)
    .map((cache) => join(cache, release.folderName))
    .find((candidate) => existsSync(candidate));
  return folder === undefined ? undefined : layout(folder, release);
}

/**
 * The code-server of this checkout, installed into the cache if it is not there: about 40 s, 240 MB of downloads, 800 MB
 * on disk. Two callers at once do it once; an interrupted installation leaves nothing that counts.
 *
 * @param {object} options
 * @param {(text: string) => void} options.detail what is happening
 * @param {() => Promise<void>} [options.prepare] called before a cold installation: a compiler is needed
 * @param {AbortSignal} [options.signal]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(folder: string, release: Release, options: { detail: (text: string) => void, signal?: AbortSignal }) =>
 *   Promise<void>} [options.install]
 * @returns {Promise<CodeServer>}
 */
export async function ensureCodeServer({ detail, prepare, signal, env = process.env, install = installCodeServer }) {
  const found = findCodeServer(env);
  if (found !== undefined) return found;
  await prepare?.();
  const release = readRelease();
  const cache = cacheFolder(env);
  makeFolder(cache);
  const onWait = () => detail('waiting for another installation of code-server to end');
  const abort = signal === undefined ? {} : { signal };
  return withLock(join(cache, '.lock'), { onWait, ...abort }, async () => {
    const meanwhile = findCodeServer(env);
    if (meanwhile !== undefined) return meanwhile;
    // We hold the lock, so every unfinished folder is of somebody who is gone.
    for (const name of readdirSync(cache).filter((entry) => entry.endsWith(unfinished))) {
      rmSync(join(cache, name), { recursive: true, force: true });
    }
    const target = join(cache, release.folderName);
    const workshop = `${target}${unfinished}`;
    mkdirSync(workshop, { mode: 0o755 });
    try {
      await install(workshop, release, { detail, ...abort });
      renameSync(workshop, target);
    } finally {
      rmSync(workshop, { recursive: true, force: true });
    }
    return layout(target, release);
  });
}

const unfinished = '.unfinished';

/** @param {string} folder */
function makeFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new Refusal(
      `cannot create the cache folder ${folder} (${code}); make ${dirname(folder)} writable or name another folder ` +
        'with DIND_STATION_CACHE.',
    );
  }
}
