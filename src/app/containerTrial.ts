import { createHash } from 'node:crypto';
import type { Endpoint } from '../engine/endpoint';
import { EngineCalls, refusalOf, type ContainerConfig } from '../engine/engineCalls';
import { ensureImage, type ImageEngine } from '../limits/image';
import { beginRun, endRun, labelsOf, removeLeftovers } from '../limits/leftovers';
import { errorText } from '../limits/runErrors';
import { raceAbort, sleep } from '../util/async';
import type { Verification, VerificationStep } from '../engine/verification';

/** The calls that a container is tried with. */
export type TrialEngine = ImageEngine &
  Pick<EngineCalls, 'info' | 'containers' | 'create' | 'start' | 'exitCode' | 'networks' | 'remove'>;

export interface TrialOptions {
  readonly engine: TrialEngine;
  /** Names this start of the daemon: two runners that try it at once have one name for their container. */
  readonly identity: string;
  /** An image that the engine has; one made of this machine's own programs when absent. */
  readonly image?: string | undefined;
  /** Aborted: what was made is removed, and nothing is known. */
  readonly signal: AbortSignal;
  readonly tools?: Parameters<typeof ensureImage>[3];
}

/** Statuses that no runtime ends with by itself: the workload has run, and has or has not found a network device. */
const ran = 42;
const noDevice = 43;

/** Seconds in which a container of a living engine has ended that does nothing. */
const maxSeconds = 20;

interface Trial {
  readonly network: boolean;
  /** What a failure of its own run is told as. */
  readonly step: Extract<VerificationStep, 'run' | 'network'>;
  readonly script: string;
}

/** As `docker run` makes them. One that has run has shown all that one without a network could. */
const withNetwork: Trial = {
  network: true,
  step: 'network',
  script: `while read -r d _; do case $d in lo:*) ;; *:*) exit ${String(ran)} ;; esac; done </proc/net/dev; exit ${String(noDevice)}`,
};
/** Only where the other one failed: where this one fails too, it is the runtime, storage or cgroups. */
const withoutNetwork: Trial = { network: false, step: 'run', script: `exit ${String(ran)}` };

class Failed extends Error {
  readonly step: VerificationStep;

  constructor(step: VerificationStep, message: string) {
    super(message);
    this.step = step;
  }
}

/** Another runner has its container there: it will know soon. */
class Busy extends Error {}

/** With the daemon's own defaults for all that is not said: a broken default is what a person would meet. */
function configOf({ network, script }: Trial, name: string, image: string, labels: Record<string, string>) {
  return {
    name,
    Image: image,
    Entrypoint: [],
    Cmd: ['sh', '-c', script],
    Labels: labels,
    HostConfig: network ? {} : { NetworkMode: 'none' },
  } satisfies ContainerConfig & { name: string };
}

/** Rejects with Failed or Busy, or with the engine's silence. */
async function tryOne(
  trial: Trial,
  { engine, signal }: TrialOptions,
  made: { readonly name: string; readonly image: string; readonly labels: Record<string, string> },
): Promise<void> {
  const step = async <T>(name: VerificationStep, call: () => Promise<T>): Promise<T> => {
    try {
      return await raceAbort(call, signal);
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      if (name === 'create' && refused.status === 409) throw new Busy();
      throw new Failed(trial.network ? 'network' : name, refused.message);
    }
  };
  const { id } = await step('create', () => engine.create(configOf(trial, made.name, made.image, made.labels)));
  try {
    // A runtime that hangs keeps the engine from answering, which says as much as a refusal.
    const inTime = async <T>(call: Promise<T>, what: string): Promise<T> => {
      const late = new AbortController();
      const timeUp = sleep(maxSeconds * 1000, late.signal).then(() => undefined);
      const done = await Promise.race([call.then((value) => ({ value })), timeUp]).finally(() => late.abort());
      if (done === undefined) throw new Failed(trial.step, `${what} within ${String(maxSeconds)} s.`);
      return done.value;
    };
    await inTime(
      step('start', () => engine.start(id)),
      'The container did not start',
    );
    const status = await inTime(
      step('run', () => engine.exitCode(id)),
      'The container did not exit',
    );
    // An engine that was told to make no bridge gives containers none, as it was told.
    if (status === noDevice && (await step('network', () => engine.networks())).includes('bridge')) {
      throw new Failed('network', 'The container has no network device but its loopback.');
    }
    if (status === noDevice) return;
    if (status !== ran)
      throw new Failed(trial.step, `The container exited with status ${String(status)}, not ${String(ran)}.`);
  } finally {
    // What an engine does not remove now is removed before the next trial; it changes nothing of what is known.
    await engine.remove(id).catch(() => undefined);
  }
}

/**
 * Runs the smallest container with a network that there is, and where that fails one without, and removes them. Never
 * rejects. At most one runner at a time does so for one start of a daemon, whoever it is: the engine gives a name only once.
 */
export async function tryContainers(options: TrialOptions): Promise<Verification> {
  const { engine, identity, image: named, signal, tools } = options;
  const run = `verify-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
  try {
    const { architecture } = await raceAbort(() => engine.info(), signal);
    await raceAbort(() => removeLeftovers(engine, Date.now()), signal);
    const image = await raceAbort(() => ensureImage(engine, architecture, named, tools), signal);
    if (!image.ok) {
      return image.refused === undefined
        ? { verdict: 'unknown', message: image.message }
        : { verdict: 'no', step: 'image', message: image.refused };
    }
    const labels = labelsOf(await beginRun(run, maxSeconds * 4, Date.now()));
    const made = { name: `dind-station-${run}-only`, image: image.name, labels };
    try {
      await tryOne(withNetwork, options, made);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      await tryOne(withoutNetwork, options, made).catch((second: unknown) => {
        // The first is still there: an engine that hangs does not remove it either.
        throw second instanceof Busy ? new Failed('start', error.message) : second;
      });
      // It has run, so that it is the network.
      throw error;
    }
    return { verdict: 'yes' };
  } catch (error) {
    if (error instanceof Failed) return { verdict: 'no', step: error.step, message: error.message };
    if (error instanceof Busy)
      return { verdict: 'unknown', message: 'Another window or terminal is running a container just now.' };
    return { verdict: 'unknown', message: signal.aborted ? 'The check was cancelled.' : errorText(error) };
  } finally {
    endRun(run);
  }
}

/** `tryContainers` at an endpoint, over connections of its own. Loads dockerode. */
export async function tryContainersAt(
  endpoint: Endpoint,
  identity: string,
  options: Pick<TrialOptions, 'image' | 'signal'>,
): Promise<Verification> {
  try {
    const engine = await EngineCalls.open(endpoint);
    try {
      return await tryContainers({ ...options, engine, identity });
    } finally {
      engine.close();
    }
  } catch (error) {
    return { verdict: 'unknown', message: errorText(error) };
  }
}
