import type * as vscode from 'vscode';
import { containerdLife } from '../app/containerdLife';
import { ContainerdWatch } from '../app/containerdWatch';
import { daemonIdentity } from '../app/daemonIdentity';
import { daemonOwner } from '../app/managedDaemon';
import { verifyNow } from '../app/verification';
import { keepVerification, readVerification, verificationPath } from '../app/verificationRecord';
import { Verifier } from '../app/verifier';
import { PathWatch } from '../engine/pathWatch';
import { systemClock } from '../util/timing';
import type { EngineSession } from './engineSession';
import { loadDiagnosis } from './lazyDiagnosis';
import type { LazyLog } from './lazyLog';
import type { loadLimits } from './limits/lazyLimits';
import { notify, type NotificationHost } from './notify';

export { readSocketMount } from '../host/socketPath';

/** What verifying containers needs of the window's first part. */
export interface VerificationParts {
  readonly engine: Pick<EngineSession, 'learn'>;
  readonly enabled: () => boolean;
  /** The image in which limits are verified too; undefined for one of this machine's programs. */
  readonly image: () => string | undefined;
  /** The output that containers are made with. */
  readonly load: typeof loadLimits;
  readonly log: Pick<LazyLog, 'info' | 'error'>;
}

/** What a window does to know whether containers run, besides asking the engine how it is. */
export type RunningChecks = Pick<Verifier, 'observe' | 'doubt' | 'dispose'>;

/**
 * The verifier of this window, and the watch on containerd. Built into an output file of its own, which `lazyVerification.ts` loads
 * when an engine runs.
 */
export function makeRunningChecks(parts: VerificationParts): RunningChecks {
  const verifier = makeVerifier(parts);
  const { engine, log } = parts;
  const watch = new ContainerdWatch({
    read: containerdLife,
    onDead: (dead) => engine.learn({ type: 'containerd', dead }),
    onReplaced: () => verifier.doubt(),
    clock: systemClock,
    log,
  });
  return {
    observe: (state, endpoint) => {
      verifier.observe(state, endpoint);
      watch.observe(state, endpoint);
    },
    doubt: () => verifier.doubt(),
    dispose: () => {
      verifier.dispose();
      watch.dispose();
    },
  };
}

function makeVerifier({ engine, enabled, image, load, log }: VerificationParts): Verifier {
  const path = verificationPath(process.env);
  return new Verifier({
    trial: async (endpoint, identity, signal) => {
      const { tryContainersAt } = await load();
      return tryContainersAt(endpoint, identity, { image: image(), signal });
    },
    identity: daemonIdentity,
    remembered: (identity) => readVerification(path, identity),
    // What reads the log is in the diagnosis.
    doubtSince: async (endpoint, since) => (await loadDiagnosis()).doubtSince(endpoint, process.env, since),
    remember: (identity, verification) => keepVerification(path, identity, verification),
    automatic: (endpoint) => enabled() && daemonOwner(endpoint) !== undefined,
    watchRecord: (onChange) =>
      new PathWatch(path, onChange, () =>
        log.info(`${path} cannot be watched: what other windows find out is not seen.`),
      ),
    onResult: (verification) => engine.learn({ type: 'verified', verification }),
    clock: systemClock,
    log,
  });
}

/** The parts of `vscode` that a request is answered with. */
export interface VerificationHost extends NotificationHost {
  readonly window: NotificationHost['window'] & Pick<typeof vscode.window, 'withProgress'>;
  readonly ProgressLocation: Pick<typeof vscode.ProgressLocation, 'Notification'>;
}

/**
 * Runs a container because somebody asked for it, on whatever engine the window watches, and says what came of it. Other
 * windows and terminals know it then, too.
 */
export async function verifyOnRequest(
  host: VerificationHost,
  engine: Pick<EngineSession, 'endpoint' | 'learn'>,
  { image, load }: Pick<VerificationParts, 'image' | 'load'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  const { endpoint } = engine;
  if (endpoint === undefined) {
    await notify(host, 'error', 'There is no Docker endpoint on which a container could be run.', []);
    return;
  }
  const progress = {
    location: host.ProgressLocation.Notification,
    title: `Running a container at ${endpoint.display}`,
    cancellable: true,
  };
  const found = await host.window.withProgress(progress, async (_report, token) => {
    const cancelled = new AbortController();
    token.onCancellationRequested(() => cancelled.abort());
    const { tryContainersAt } = await load();
    return verifyNow(endpoint, environment, cancelled.signal, (at, identity, signal) =>
      tryContainersAt(at, identity, { image: image(), signal }),
    );
  });
  switch (found.verdict) {
    case 'yes':
      engine.learn({ type: 'verified', verification: found });
      await notify(host, 'info', 'A container has run: Docker works.', []);
      return;
    case 'no':
      engine.learn({ type: 'verified', verification: found });
      await notify(host, 'error', `Docker can't run containers: ${found.message}`, []);
      return;
    case 'unknown':
      await notify(host, 'warning', `Whether containers run is not known: ${found.message}`, []);
  }
}
