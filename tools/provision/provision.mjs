import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandPath } from '../lib/commandPath.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { excerpt, run } from '../lib/run.mjs';
import { parseAptStatus } from './aptStatus.mjs';

/** @typedef {import('./needs.mjs').Need} Need */
/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

/** The privileged half, a shell script: it cleans up after itself even when this process is killed. */
const installScript = fileURLToPath(new URL('apt-install.sh', import.meta.url));

/**
 * The needs that this machine does not meet.
 *
 * @param {readonly Need[]} needs
 * @param {{ exists?: (path: string) => boolean, find?: (command: string) => string | undefined }} [machine]
 * @returns {Need[]}
 */
export function missingNeeds(needs, machine = {}) {
  const exists = machine.exists ?? existsSync;
  const find = machine.find ?? commandPath;
  return needs.filter((need) => ('command' in need ? find(need.command) === undefined : !exists(need.file)));
}

/**
 * Installs the packages that are missing, all in one go; touches nothing when none is.
 *
 * @param {readonly Need[]} needs
 * @param {{ elevate: () => Promise<Elevate | undefined>, detail: (text: string) => void, signal?: AbortSignal,
 *   osRelease?: string, machine?: Parameters<typeof missingNeeds>[1] }} options `elevate` is asked only when something
 *   is missing; `osRelease` is the text of /etc/os-release
 * @returns {Promise<string[]>} names of the packages that were installed
 * @throws {Refusal} naming what to install by hand where we cannot do it, or apt's own last lines when it fails
 */
export async function provision(needs, options) {
  const missing = missingNeeds(needs, options.machine);
  const mustHave = missing.filter((need) => need.optional !== true);
  if (missing.length === 0) return [];
  const packages = [...new Set(mustHave.map((need) => need.package))];
  const optional = [...new Set(missing.filter((need) => need.optional === true).map((need) => need.package))];
  const what = mustHave.map((need) => ('command' in need ? need.command : need.package)).join(', ');
  const byHand = `sudo apt-get update; sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!isDebian(options.osRelease ?? readOsRelease())) {
    if (packages.length === 0) return [];
    throw new Refusal(
      `${what}: not found, and this is not Debian or Ubuntu, so nothing can be installed from here. ` +
        `Install what brings them (on Debian: ${packages.join(' ')}) and run this again.`,
    );
  }
  const elevate = await options.elevate();
  if (elevate === undefined) {
    if (packages.length === 0) return [];
    throw new Refusal(
      `${what}: not found, and installing needs root or a sudo that asks for no password. Run: ${byHand}`,
    );
  }
  await install(elevate, packages, optional, options);
  const still = missingNeeds(mustHave, options.machine);
  if (still.length > 0) {
    const names = still.map((need) => ('command' in need ? need.command : need.file)).join(', ');
    throw new Refusal(
      `${names}: still not found after installing ${packages.join(' ')}. Install what brings it by hand.`,
    );
  }
  return [...packages, ...optional];
}

/**
 * @param {Elevate} elevate
 * @param {readonly string[]} packages
 * @param {readonly string[]} optional
 * @param {{ detail: (text: string) => void, signal?: AbortSignal }} options
 */
async function install(elevate, packages, optional, options) {
  options.signal?.throwIfAborted();
  // An interrupted dpkg leaves a broken system, so apt is never ended from here: an abort takes effect after it.
  const onAbort = () => options.detail('waiting for apt to finish, it must not be interrupted');
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const argv = ['/bin/sh', installScript, ...packages, ...optional.map((name) => `${name}?`)];
    const result = await run(elevate(argv), {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
      onLine: (line) => {
        const status = parseAptStatus(line);
        if (status !== undefined && options.signal?.aborted !== true) options.detail(status);
      },
    });
    options.signal?.throwIfAborted();
    if (result.code !== 0) {
      const said = result.stderr.trim() === '' ? result.stdout : result.stderr;
      throw new Refusal(`apt-get could not install ${packages.join(' ')} (status ${result.code}):\n${excerpt(said)}`);
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * Whether an os-release file is of Debian or of something made from it (Ubuntu, Mint).
 * @param {string} osRelease
 */
export function isDebian(osRelease) {
  const words = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].flatMap((match) =>
    (match[1] ?? '').replace(/["']/g, '').split(/\s+/),
  );
  return words.includes('debian') || words.includes('ubuntu');
}

function readOsRelease() {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}
