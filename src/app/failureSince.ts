import type { Endpoint } from '../engine/endpoint';
import { logEvents } from '../diagnosis/logEvents';
import { readDaemonLog } from '../host/daemonLog';
import { lineKind } from '../host/logTable';
import { isUnreadable } from '../host/readResult';
import { daemonOwner, logPathOf } from './managedDaemon';

/** The answer to a request for a container that was not made or not started; the first group is the engine's sentence. */
const refusedContainer =
  /^Handler for POST [^ ]*\/containers\/(?:create|[^/ ]+\/start) returned error: (?<sentence>.*)/su;

/** The engine's sentence for the last container that was refused after a moment, by the lines of its log about errors. Pure. */
export function refusedSince(errors: readonly string[], since: number): string | undefined {
  const failed = logEvents(errors).findLast(
    ({ message, at = -Infinity }) => at > since && refusedContainer.test(message) && !lineKind.request.test(message),
  );
  return failed && refusedContainer.exec(failed.message)?.groups?.['sentence'];
}

/**
 * What the engine said when a container could last not be made or started, if that was after a moment: then a container that
 * has run before it proves nothing of now. What a client asked for and cannot have is no such failure. Undefined where there
 * was none, and where the log is not ours to read. Never throws.
 *
 * @param since milliseconds since the epoch
 */
export async function failureSince(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
  since: number,
): Promise<string | undefined> {
  const path = daemonOwner(endpoint) === undefined ? '' : logPathOf(endpoint, environment);
  if (path === '') return undefined;
  const log = await readDaemonLog(path);
  if (isUnreadable(log)) return undefined;
  return refusedSince(log.errors, since);
}
