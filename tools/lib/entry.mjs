import { setMaxListeners } from 'node:events';
import { Refusal } from './refusal.mjs';

/** Exit statuses of a program that a signal ended, as shells report them. */
const signalStatus = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * The rim of a command-line tool: runs `body` with a signal that aborts on Ctrl-C, TERM or HUP, and turns what comes
 * out of it into an exit status. Sets `process.exitCode` and lets the process end by itself, so that output is flushed.
 *
 * @param {string} name what messages begin with
 * @param {(signal: AbortSignal) => Promise<number | void>} body returns the exit status, 0 when it returns nothing
 */
export async function runEntry(name, body) {
  const controller = new AbortController();
  // Each child process and each pause listens; that many at once are no leak.
  setMaxListeners(100, controller.signal);
  /** @type {NodeJS.Signals | undefined} */
  let received;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      received ??= signal;
      controller.abort(new Refusal(`ended by ${signal}`));
    });
  }
  try {
    const status = await body(controller.signal);
    process.exitCode = status ?? 0;
  } catch (error) {
    if (received !== undefined && controller.signal.aborted) {
      process.exitCode = signalStatus[/** @type {keyof typeof signalStatus} */ (received)];
    } else if (error instanceof Refusal) {
      process.stderr.write(`${name}: ${error.message}\n`);
      process.exitCode = error.exitCode;
    } else {
      process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = 70;
    }
  }
}
