import type { CgroupFacts } from './cgroup';
import type { DaemonConfigFacts, DaemonLogFacts, PidFileFacts } from './daemon';
import type { EndpointFacts, EngineFacts, SocketFacts } from './engine';
import type { HelperFacts, RootFacts, SudoFacts } from './helper';
import type { CapabilityFacts, IdentityFacts, SecurityFacts, UserNamespaceFacts } from './identity';
import type { KernelFacts, SysctlFacts, TimeFacts } from './kernel';
import type { MountFacts, StorageFacts } from './storage';
import type { NetworkFacts } from './network';
import type { PlatformFacts } from './platform';
import type { ProcessesFacts } from './processes';
import type { Fact } from './fact';

/**
 * One snapshot of the machine as this process sees it. Plain JSON: it survives `JSON.parse(JSON.stringify(facts))`, so
 * that a fixture, a support bundle and a live machine are the same thing to a rule. Nothing here judges. A property
 * that is absent was not there or is not known to this kernel; what there is and may not be read is `unreadable`.
 */
export interface Facts {
  /** Raised when a slice changes its meaning; added properties do not raise it. */
  readonly schema: 1;
  /** UTC, ISO 8601, when the reading began. */
  readonly takenAt: string;
  /** Milliseconds the whole reading took. */
  readonly tookMs: number;

  /** Who reads: the extension host or the command. */
  readonly identity: Fact<IdentityFacts>;
  readonly capabilities: Fact<CapabilityFacts>;
  readonly security: Fact<SecurityFacts>;
  readonly userNamespace: Fact<UserNamespaceFacts>;
  readonly sudo: Fact<SudoFacts>;

  readonly kernel: Fact<KernelFacts>;
  readonly sysctls: Fact<SysctlFacts>;
  readonly time: Fact<TimeFacts>;
  readonly platform: Fact<PlatformFacts>;

  readonly cgroup: Fact<CgroupFacts>;
  readonly mounts: Fact<MountFacts>;
  readonly storage: Fact<StorageFacts>;
  readonly network: Fact<NetworkFacts>;

  readonly processes: Fact<ProcessesFacts>;
  readonly pidFiles: Fact<readonly PidFileFacts[]>;
  readonly daemonConfig: Fact<DaemonConfigFacts>;
  readonly daemonLog: Fact<DaemonLogFacts>;

  readonly endpoint: Fact<EndpointFacts>;
  readonly socket: Fact<SocketFacts>;
  readonly engine: Fact<EngineFacts>;

  readonly helper: Fact<HelperFacts>;
  /** What only root can read, from `dind-helper facts`; unreadable where the helper may not be used without a password. */
  readonly root: Fact<RootFacts>;
}

/** The slices, which is everything but the head. */
export type SliceName = Exclude<keyof Facts, 'schema' | 'takenAt' | 'tookMs'>;
