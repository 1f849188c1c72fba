import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Refusal } from './refusal.mjs';

/**
 * Does `body` while holding a lock on `file` (created if missing; a folder that is there will do) that only one process on the machine can hold. The
 * lock is the kernel's (`flock`, util-linux), held by a child that ends when our end of its pipe closes: it cannot
 * outlive us, however we end, so there is never a stale one to judge.
 *
 * @template T
 * @param {string} file
 * @param {{ onWait: () => void, signal?: AbortSignal }} options `onWait` is called once when somebody else holds it
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withLock(file, options, body) {
  const quick = await acquire(['--nonblock', '--conflict-exit-code', '75'], file, options.signal);
  if (quick === undefined) options.onWait();
  const holder = quick ?? (await acquire([], file, options.signal));
  if (holder === undefined) throw new Refusal(`cannot lock ${file}`);
  try {
    return await body();
  } finally {
    const closed = once(holder, 'close');
    holder.stdin.end();
    await closed;
  }
}

/**
 * @param {readonly string[]} flags
 * @param {string} file
 * @param {AbortSignal | undefined} signal
 */
async function acquire(flags, file, signal) {
  signal?.throwIfAborted();
  const child = spawn('flock', [...flags, file, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    // Out of the terminal's process group: Ctrl-C must not take the lock away from work that is being wound up.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const giveUp = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    /** @type {unknown} */
    const status = await new Promise((resolve, reject) => {
      child.on('error', (error) => reject(new Refusal(`cannot run flock (package util-linux): ${error.message}`)));
      child.stdout.once('data', () => resolve('held'));
      child.on('close', resolve);
    });
    signal?.throwIfAborted();
    if (status === 'held') return child;
    if (status === 75) return undefined;
    throw new Refusal(`cannot lock ${file}: ${said.trim()}`);
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}
