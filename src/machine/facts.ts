import type { CgroupFacts } from './facts/cgroup';
import type { DaemonConfigFacts, DaemonLogFacts, PidFileFacts } from './facts/daemon';
import type { EndpointFacts, EngineFacts, SocketFacts } from './facts/engine';
import type { HelperFacts, RootFacts, SudoFacts } from './facts/helper';
import type { CapabilityFacts, IdentityFacts, SecurityFacts, UserNamespaceFacts } from './facts/identity';
import type { KernelFacts, SysctlFacts, TimeFacts } from './facts/kernel';
import type { MountFacts } from './facts/mounts';
import type { NetworkFacts } from './facts/network';
import type { PlatformFacts } from './facts/platform';
import type { ProcessesFacts } from './facts/processes';
import type { StorageFacts } from './facts/storage';
import type { Unreadable } from './reading';

/** One slice: what was read, or why it could not be (the path and the errno, or the deadline that passed). */
export type Fact<T> = { readonly value: T } | Unreadable;

/** The value, or undefined where it could not be read. */
export function valueOf<T>(fact: Fact<T>): T | undefined {
  return 'value' in fact ? fact.value : undefined;
}

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
