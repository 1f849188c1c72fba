import { daemonIdentity } from '../app/daemonIdentity';
import { isOwnDaemon } from '../app/verification';
import { keepVerification, readVerification, verificationPath } from '../app/verificationRecord';
import { Verifier } from '../app/verifier';
import { systemClock } from '../util/timing';
import type { EngineSession } from './engineSession';
import type { LazyLog } from './lazyLog';
import type { loadLimits } from './limits/lazyLimits';

/** What verifying containers needs of the window's first part. */
export interface VerificationParts {
  readonly engine: Pick<EngineSession, 'verified'>;
  readonly enabled: () => boolean;
  /** The image in which limits are verified too; undefined for one of this machine's programs. */
  readonly image: () => string | undefined;
  /** The output that containers are made with. */
  readonly load: typeof loadLimits;
  readonly log: Pick<LazyLog, 'info' | 'error'>;
}

/** The verifier of this window. Built into an output file of its own, which `lazyVerification.ts` loads when an engine runs. */
export function makeVerifier({ engine, enabled, image, load, log }: VerificationParts): Verifier {
  const path = verificationPath(process.env);
  return new Verifier({
    trial: async (endpoint, identity, signal) => {
      const { tryContainersAt } = await load();
      return tryContainersAt(endpoint, identity, { image: image(), signal });
    },
    identity: daemonIdentity,
    remembered: (identity) => readVerification(path, identity),
    remember: (identity, verification) => keepVerification(path, identity, verification, Date.now()),
    automatic: (endpoint) => enabled() && isOwnDaemon(endpoint),
    onResult: (verification) => engine.verified(verification),
    clock: systemClock,
    log,
  });
}
