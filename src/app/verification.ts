import type { Endpoint } from '../engine/endpoint';
import type { Verification } from '../engine/verification';
import { readSocketMount } from '../host/socketPath';
import { daemonIdentity } from './daemonIdentity';
import { daemonOwner } from './managedDaemon';
import { keepVerification, readVerification, verificationPath, type VerificationEntry } from './verificationRecord';

/** Milliseconds for which a failure that was seen is told as one that stands. */
const maxFailureAgeMs = 60_000;

type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** Whether containers may be run on that daemon without being asked: one of this machine, ours or its init's. */
export function isOwnDaemon(endpoint: Endpoint): boolean {
  return daemonOwner(endpoint) !== undefined;
}

/** What is remembered of the daemon that runs at an endpoint now; undefined when nobody has found out yet. Never throws. */
export async function recallVerification(
  endpoint: Endpoint,
  environment: ProcessEnvironment,
): Promise<VerificationEntry | undefined> {
  const identity = await daemonIdentity(endpoint);
  if (identity === undefined) return undefined;
  const known = await readVerification(verificationPath(environment), identity);
  // What could not run may have been mended since; what has run needs no second look.
  const old = known?.verification.verdict === 'no' && Date.now() - known.at > maxFailureAgeMs;
  return old ? undefined : known;
}

/**
 * What is remembered, else what a trial of containers finds now, which is remembered then. Never rejects; takes about a
 * second for a trial.
 */
export async function verifyOnce(
  endpoint: Endpoint,
  environment: ProcessEnvironment,
  signal: AbortSignal,
  socketMount = readSocketMount,
): Promise<Verification> {
  // Under the path of our own daemon there may be the host's: on that one nobody asked for a container.
  if (endpoint.kind === 'unix' && (await socketMount(endpoint.socketPath)).mounted) {
    return {
      verdict: 'unknown',
      message: `${endpoint.socketPath} is mounted from outside: its daemon is not this machine's.`,
    };
  }
  const identity = await daemonIdentity(endpoint);
  if (identity === undefined) return { verdict: 'unknown', message: 'Nothing is listening there.' };
  const path = verificationPath(environment);
  const known = await readVerification(path, identity);
  if (known?.verification.verdict === 'yes') return known.verification;
  // What it is made of would slow down everything that asks for what is known only.
  const { tryContainersAt } = await import('./containerTrial');
  const found = await tryContainersAt(endpoint, identity, { signal });
  // A home that cannot be written keeps nobody from knowing; the next one tries again.
  if (found.verdict !== 'unknown') await keepVerification(path, identity, found, Date.now()).catch(() => undefined);
  return found;
}
