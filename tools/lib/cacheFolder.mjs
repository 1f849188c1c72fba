import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Refusal } from './refusal.mjs';

/** Where root keeps what every user of the machine may read. */
const machineCache = '/var/cache/dind-station';

/**
 * The folder that large downloads are kept in between runs: `DIND_STATION_CACHE`, else root's is the machine's and
 * anybody else's is under their home (`XDG_CACHE_HOME`, `~/.cache`).
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @param {number} [uid] of this process
 * @param {string} [home]
 */
export function cacheFolder(env = process.env, uid = process.geteuid?.() ?? -1, home = homedir()) {
  const asked = env['DIND_STATION_CACHE'];
  if (asked !== undefined && asked !== '') {
    if (!isAbsolute(asked)) {
      throw new Refusal(
        `DIND_STATION_CACHE is "${asked}"; it must be an absolute path, for example ${machineCache}.`,
        2,
      );
    }
    return asked;
  }
  if (uid === 0) return machineCache;
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.cache'), 'dind-station');
}

/**
 * Where a finished download may be found, best first. A user may use root's copy (it is world-readable and trusted as
 * root is) instead of getting 800 MB of their own; naming a folder means that folder and no other.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @param {number} [uid]
 * @param {string} [home]
 */
export function cacheFolders(env = process.env, uid = process.geteuid?.() ?? -1, home = homedir()) {
  const own = cacheFolder(env, uid, home);
  return own === machineCache || own === env['DIND_STATION_CACHE'] ? [own] : [own, machineCache];
}
