import type { Endpoint } from '../engine/endpoint';
import type { KnownVerification, TimedVerification, Verification } from '../engine/verification';
import { readSocketMount } from '../host/socketPath';
import { daemonIdentity } from './daemonIdentity';
import { doubtSince } from './doubtSince';
import { keepVerification, readVerification, verificationPath } from './verificationRecord';

/** Milliseconds for which a failure is told as one that stands: a window tries a daemon again each minute until it works. */
const maxFailureAgeMs = 120_000;

type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** Runs a container at an endpoint; never rejects. */
export type RunTrial = (endpoint: Endpoint, identity: string, signal: AbortSignal) => Promise<Verification>;

/** What is remembered of the daemon that runs at an endpoint now; undefined when nobody has found out yet. Never throws. */
export async function recallVerification(
  endpoint: Endpoint,
  environment: ProcessEnvironment,
): Promise<TimedVerification | undefined> {
  const identity = await daemonIdentity(endpoint);
  if (identity === undefined) return undefined;
  const known = await readVerification(verificationPath(environment), identity);
  // What could not run may have been mended since; what has run needs no second look.
  const old = known?.verdict === 'no' && Date.now() - known.at > maxFailureAgeMs;
  return old ? undefined : known;
}

/** What became of a trial; with when, where it says something about the daemon. */
export type TrialResult = TimedVerification | Exclude<Verification, KnownVerification>;

/**
 * Runs a container on whatever engine is at the endpoint, because somebody asked for it. What it showed is remembered where
 * the daemon can be told from others, so that every window and terminal of this user knows. Never rejects.
 */
export async function verifyNow(
  endpoint: Endpoint,
  environment: ProcessEnvironment,
  signal: AbortSignal,
  trial: RunTrial,
): Promise<TrialResult> {
  const identity = await daemonIdentity(endpoint);
  const found = await trial(endpoint, identity ?? endpoint.display, signal);
  if (found.verdict === 'unknown') return found;
  const timed = { ...found, at: Date.now() };
  // Another start since the beginning is another daemon: what was found out would be kept under the wrong name.
  if (identity !== undefined && (await daemonIdentity(endpoint)) === identity) {
    // A home that cannot be written keeps nobody from knowing; the next one tries again.
    await keepVerification(verificationPath(environment), identity, timed).catch(() => undefined);
  }
  return timed;
}

/**
 * That a container has run on this daemon, as it is remembered and nothing has failed since, else what a trial finds now. Nothing is run on a daemon of
 * others. Never rejects; takes about a second for a trial.
 */
export async function verifyOnce(
  endpoint: Endpoint,
  environment: ProcessEnvironment,
  signal: AbortSignal,
  trial: RunTrial,
  socketMount = readSocketMount,
): Promise<TrialResult> {
  // Under the path of our own daemon there may be the host's: on that one nobody asked for a container.
  if (endpoint.kind === 'unix' && (await socketMount(endpoint.socketPath)).mounted) {
    return {
      verdict: 'unknown',
      message: `${endpoint.socketPath} is mounted from outside: its daemon is not this machine's.`,
    };
  }
  const identity = await daemonIdentity(endpoint);
  if (identity === undefined) return { verdict: 'unknown', message: 'Nothing is listening there.' };
  const known = await readVerification(verificationPath(environment), identity);
  const holds = known?.verdict === 'yes' && (await doubtSince(endpoint, environment, known.at)) === undefined;
  if (holds) return known;
  const found = await verifyNow(endpoint, environment, signal, trial);
  // What keeps a trial from being made may be what was found out before: a container that the engine neither starts nor removes.
  return found.verdict === 'unknown' && known?.verdict === 'no' ? known : found;
}
