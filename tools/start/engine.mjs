import { request } from 'node:http';
import { Refusal } from '../lib/refusal.mjs';
import { installedHelper, runHelper } from './helper.mjs';

const socketPath = '/var/run/docker.sock';

/** A healthy engine answers in about a millisecond; this much is for one on a very busy machine. */
const pingTimeoutMs = 2000;

/**
 * Whether an engine, whoever's it is, answers on the default socket. `denied`: there is one, but not for us.
 *
 * @param {string} [path]
 * @returns {Promise<'answers' | 'denied' | 'absent'>}
 */
export function findEngine(path = socketPath) {
  return new Promise((resolve) => {
    const asking = request({ socketPath: path, path: '/_ping', timeout: pingTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'answers' : 'absent');
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', (error) => {
      resolve(/** @type {NodeJS.ErrnoException} */ (error).code === 'EACCES' ? 'denied' : 'absent');
    });
    asking.on('close', () => resolve('absent'));
    asking.end();
  });
}

/**
 * Starts the daemon through the installed helper.
 *
 * @param {(text: string) => void} detail
 * @param {AbortSignal} signal ends the start through the helper's own `cancel`; when that comes too late, the daemon
 *   runs and the answer says so
 * @returns {Promise<{ outcome: 'started' | 'already-running', pid: number } & import('./helper.mjs').HelperSaid>} the
 *   outcome says whose it is to stop later
 * @throws {Refusal} with the helper's sentence and the daemon's own last line
 */
export async function startEngine(detail, signal) {
  /** @type {Promise<unknown>} */
  let cancelled = Promise.resolve();
  const cancel = () => {
    cancelled = runHelper(installedHelper('cancel'), detail).catch((error) => detail(String(error)));
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const { ok, code, message, cause, pid, ...said } = await runHelper(installedHelper('start'), detail);
    if (ok) return { outcome: code === 'started' ? 'started' : 'already-running', pid, ...said };
    signal.throwIfAborted();
    throw new Refusal([message, cause].filter((text) => text !== '').join(' '));
  } finally {
    signal.removeEventListener('abort', cancel);
    await cancelled;
  }
}

/**
 * Stops the daemon through the installed helper.
 * @param {(text: string) => void} detail
 */
export async function stopEngine(detail) {
  const { ok, message, cause } = await runHelper(installedHelper('stop'), detail);
  if (!ok) throw new Refusal([message, cause].filter((text) => text !== '').join(' '));
}
