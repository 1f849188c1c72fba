import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoint } from '../engine/endpoint';
import { logEvents } from '../diagnosis/logEvents';
import { readDaemonLog } from '../host/daemonLog';
import { lineKind, runningCauses } from '../host/logTable';
import { daemonPath, inDaemonPath } from '../host/programs';
import { isUnreadable } from '../host/readResult';
import { daemonOwner, logPathOf } from './managedDaemon';

/** The answer to a request for a container that was not made or not started; the first group is the engine's sentence. */
const refusedContainer =
  /^Handler for POST [^ ]*\/containers\/(?:create|[^/ ]+\/start) returned error: (?<sentence>.*)/su;

/** It is about what that one container asked for, as far as it is known. */
function isAboutOne(message: string): boolean {
  const known = runningCauses.find(({ pattern }) => pattern.test(message));
  return lineKind.request.test(message) || known?.consequence === 'That container does not start.';
}

/** The engine's sentence for the last container that was refused after a moment, by the lines of its log about errors. Pure. */
export function refusedSince(errors: readonly string[], since: number): string | undefined {
  const failed = logEvents(errors).findLast(
    ({ message, at = -Infinity }) => at > since && refusedContainer.test(message) && !isAboutOne(message),
  );
  return failed && refusedContainer.exec(failed.message)?.groups?.['sentence'];
}

/** Programs that containerd starts for each container. */
const perContainer = ['containerd-shim-runc-v2', 'runc'];

/** One of them that is no longer in the daemon's PATH; one that never was there has been found elsewhere, or is not needed. */
async function programGoneSince(since: number, root: string): Promise<string | undefined> {
  const found = await Promise.all(perContainer.map((name) => inDaemonPath(root, name)));
  const missing = perContainer.find((_name, index) => found[index] === undefined);
  if (missing === undefined) return undefined;
  const changed = await Promise.all(
    daemonPath.map((folder) =>
      stat(join(root, folder)).then(
        ({ mtimeMs }) => mtimeMs > since,
        // A folder that is not there has not lost anything.
        () => false,
      ),
    ),
  );
  return changed.includes(true) ? missing : undefined;
}

/**
 * Why a container that has run on a daemon of this machine proves nothing of now, as a sentence: one could not be made or started
 * since, or a program that each needs is gone. What a client asked for and cannot have is no such failure. Undefined where
 * nothing is known against it. Never throws.
 *
 * @param since milliseconds since the epoch
 */
export async function doubtSince(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
  since: number,
  root = '/',
): Promise<string | undefined> {
  if (daemonOwner(endpoint) === undefined) return undefined;
  const path = logPathOf(endpoint, environment);
  const log = path === '' ? undefined : await readDaemonLog(path, root);
  const refused = log === undefined || isUnreadable(log) ? undefined : refusedSince(log.errors, since);
  if (refused !== undefined) return `A container failed since one ran: ${refused}`;
  // A daemon of the user's own has a PATH of the user's.
  const gone = daemonOwner(endpoint) === 'helper' ? await programGoneSince(since, root) : undefined;
  return gone && `${gone} is not where the daemon looks for it, and something there has changed since a container ran.`;
}
