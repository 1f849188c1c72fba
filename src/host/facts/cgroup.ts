/**
 * `v1`: controllers in hierarchies of their own. `v2`: one tree. `hybrid`: v1 controllers beside a mounted v2 tree.
 * `none`: nothing is mounted that this process sees.
 */
export type CgroupVersion = 'v1' | 'v2' | 'hybrid' | 'none';

/** A mounted hierarchy, from a table of mounts (`/proc/PID/mountinfo`). */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** v1 controllers of it, or `name=systemd`; empty for v2. */
  readonly controllers: readonly string[];
  readonly mountPoint: string;
  /** Which cgroup is the mount's top, as the own namespace names it: `/`, `/docker/abc`, `/..` for one outside. */
  readonly root: string;
  /** The mount is read-only. */
  readonly readOnly: boolean;
}

/** A mount that another one lies over: at the same place, or over a folder above it. Nothing of it is seen. */
export interface CoveredCgroupMount extends CgroupMount {
  /** What is seen at its mount point instead. */
  readonly cover: { readonly fsType: string; readonly mountPoint: string; readonly root: string };
}

/**
 * Which mount of a v1 hierarchy runc shows its containers a part of, where they have no cgroup namespace of their own: the
 * first in the table, covered or not.
 */
export interface RuncMount {
  /** Those for which it is the first. */
  readonly controllers: readonly string[];
  readonly taken: CgroupMount | CoveredCgroupMount;
  /** Whether the group of a container is where runc then looks for it. No container starts where it is not. */
  readonly found: boolean;
}

/** The table of mounts of a dockerd or containerd, which is the one that its runc reads. */
export interface DaemonMounts {
  readonly pid: number;
  readonly comm: string;
  /** `same`: shows the same control groups as our own table. */
  readonly table:
    | 'same'
    | { readonly mounts: readonly CgroupMount[]; readonly runc: readonly RuncMount[] }
    | { readonly unreadable: string };
}

/** A line of `/proc/self/cgroup`: where this process is in one hierarchy. */
export interface CgroupMembership {
  /** 0 is v2. */
  readonly hierarchy: number;
  readonly controllers: readonly string[];
  /** As the own cgroup namespace names it: `/` at its root, `/../x` outside of it. */
  readonly path: string;
}

/** A line of `/proc/cgroups`: what the kernel has. Kernels that list v1 controllers only may leave some out. */
export interface CgroupController {
  readonly name: string;
  readonly hierarchy: number;
  /** False: switched off on the kernel's command line. */
  readonly enabled: boolean;
}

/** The limits of one cgroup; absent: no such file here (no controller, or the true root). */
export interface CgroupLimits {
  /** CPUs' worth of time, quota by period: 0.5 is half a CPU. */
  readonly cpus?: number | 'max';
  /** Bytes. v1 writes a huge number for none, which is `max` here. */
  readonly memoryBytes?: number | 'max';
  /** Bytes of swap on v2; of memory and swap together on v1. */
  readonly swapBytes?: number | 'max';
  readonly pids?: number | 'max';
  /** CPUs as a list, such as `0-3,8`; on v2 the effective ones. Empty on v1 is a cgroup that takes no process. */
  readonly cpuset?: string;
  /** Memory nodes as a list; see `cpuset`. */
  readonly cpusetMems?: string;
}

/** One cgroup on the way from the namespace's (or mount's) root to the own one, or `docker` below the root. */
export interface CgroupLevel {
  /** The folder, absolute: `/sys/fs/cgroup/init`. */
  readonly folder: string;
  /** v2: what the parent gives (`cgroup.controllers`). v1: the hierarchy's controllers. */
  readonly controllers: readonly string[];
  /** v2: what it passes on (`cgroup.subtree_control`). v1: as `controllers`. */
  readonly delegated: readonly string[];
  /** v2 `cgroup.type`: `domain`, `threaded`, `domain threaded`, `domain invalid`. Absent: the true root, or v1. */
  readonly type?: string;
  /** Processes in it, at most the first 64 of `cgroup.procs`. 0 is one of a pid namespace this process cannot see. */
  readonly processes: readonly number[];
  /** All of them, at most 10 000 are counted. Absent: not readable, as in a threaded cgroup. */
  readonly processCount?: number;
  /** v2 `cgroup.events`: anything alive here or below. */
  readonly populated?: boolean;
  readonly limits: CgroupLimits;
  readonly usage: {
    /** Bytes, `memory.current` or `memory.usage_in_bytes`. */
    readonly memoryBytes?: number;
    /** `pids.current`, tasks and threads. */
    readonly pids?: number;
    /** Counters of `memory.events`: `max`, `oom`, `oom_kill`, ... */
    readonly memoryEvents?: Readonly<Record<string, number>>;
    /** Counters of `pids.events`: `max`. */
    readonly pidsEvents?: Readonly<Record<string, number>>;
    /** `cpu.stat` nr_throttled. */
    readonly throttled?: number;
    /** `memory.pressure` full avg10, percent. */
    readonly memoryPressureFull?: number;
  };
  /** v2 `cgroup.max.depth`, `cgroup.max.descendants`, when they are not `max`. */
  readonly maxDepth?: number;
  readonly maxDescendants?: number;
  /** Whether this process may create a cgroup below it; for root it says that the mount is writable. */
  readonly writable: boolean;
}

/** The smallest limit on the visible way up, and which level sets it. */
export interface EffectiveLimit<T> {
  /** `unknown`: the own group is not visible, and no level that is limits; see `notVisible`. */
  readonly value: T | 'max' | 'unknown';
  /** The level's folder; absent when no visible level limits. Levels above the namespace's root are never visible. */
  readonly folder?: string;
}

/** The control groups of this process and what it could give to containers. */
export interface CgroupFacts {
  readonly version: CgroupVersion;
  /** Those that can be seen, in the table's order. */
  readonly mounts: readonly CgroupMount[];
  /** Those that cannot. Absent, as the three below: facts of an earlier version. */
  readonly covered?: readonly CoveredCgroupMount[];
  /** Why the own group cannot be seen, by controller; `cgroup2` for the v2 tree. Empty where all can. */
  readonly notVisible?: Readonly<Record<string, string>>;
  /** What runc would take if it was started here. */
  readonly runc?: readonly RuncMount[];
  /** What the runc of each living daemon takes. */
  readonly daemons?: readonly DaemonMounts[];
  readonly memberships: readonly CgroupMembership[];
  /** `/proc/cgroups`, empty when it cannot be read. */
  readonly kernelControllers: readonly CgroupController[];
  /** Whether `/sys/fs/cgroup` begins at a namespace of the container's own. */
  readonly namespace: {
    readonly kind: 'private' | 'host' | 'unknown';
    /** What it was told by, for people. */
    readonly evidence: readonly { readonly source: string; readonly value: string }[];
  };
  /**
   * v2 levels of this process, the root of what is visible first, the own one last; the root alone where the own one is not
   * visible. Empty without v2.
   */
  readonly levels: readonly CgroupLevel[];
  /** v1: the same for each controller that counts (cpu, memory, pids, cpuset, devices). */
  readonly v1Levels: Readonly<Record<string, readonly CgroupLevel[]>>;
  /** The cgroup where dockerd puts containers (`docker` under the root, v2), when there is one. */
  readonly dockerLevel?: CgroupLevel;
  readonly effective: {
    /** CPUs' worth of time. */
    readonly cpus: EffectiveLimit<number>;
    /** Bytes. */
    readonly memoryBytes: EffectiveLimit<number>;
    readonly pids: EffectiveLimit<number>;
    /** The own level's list of CPUs. */
    readonly cpuset?: string;
  };
}
