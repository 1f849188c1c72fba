import { commandPath } from './commandPath.mjs';
import { run } from './run.mjs';

/**
 * Turns an argument list into one that runs as root.
 * @typedef {(argv: readonly string[]) => string[]} Elevate
 */

/**
 * How this process can act as root: directly when it is root, through `sudo -n` when sudo asks for no password,
 * otherwise undefined. A password prompt would hang a start that nobody watches, so it is never provoked.
 *
 * @param {AbortSignal} [signal]
 * @returns {Promise<Elevate | undefined>}
 */
export async function findElevation(signal) {
  if (process.geteuid?.() === 0) return (argv) => [...argv];
  const sudo = commandPath('sudo');
  if (sudo === undefined) return undefined;
  const { code } = await run([sudo, '-n', 'true'], { ...(signal && { signal }) });
  return code === 0 ? (argv) => [sudo, '-n', '--', ...argv] : undefined;
}
