import { statSync } from 'node:fs';
import { run } from '../lib/run.mjs';
import { asAccount, findAccount } from './account.mjs';

/**
 * Wraps commands that write into the checkout: under `sudo npm start` they run as the checkout's owner, so that no files
 * of root are left in a person's clone. Root's own clones, and owners that cannot run this Node, are served as we are.
 *
 * @param {string} root of the repository
 * @param {AbortSignal} signal
 * @returns {Promise<(argv: string[]) => string[]>}
 */
export async function asCheckoutOwner(root, signal) {
  const unchanged = (/** @type {string[]} */ argv) => argv;
  const { uid } = statSync(root);
  if (process.geteuid?.() !== 0 || uid === 0) return unchanged;
  const owner = await findAccount(uid);
  if (owner === undefined) return unchanged;
  const as = asAccount(owner, (argv) => [...argv], {
    // npm's own variables name root's cache and settings.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:npm_|SUDO_|XDG_)/i.test(name))),
    HOME: owner.home,
    USER: owner.name,
    LOGNAME: owner.name,
  });
  const { code } = await run(as(['npm', '--version']), { cwd: root, signal });
  return code === 0 ? as : unchanged;
}
