import * as v from 'valibot';
import type { FactsOf } from './schema';

/**
 * `v1`: controllers in hierarchies of their own. `v2`: one tree. `hybrid`: v1 controllers beside a mounted v2 tree.
 * `none`: nothing is mounted that this process sees.
 */
export const cgroupVersionSchema = v.picklist(['v1', 'v2', 'hybrid', 'none']);
export type CgroupVersion = FactsOf<typeof cgroupVersionSchema>;

/** A mounted hierarchy, from a table of mounts (`/proc/PID/mountinfo`). */
export const cgroupMountSchema = v.object({
  version: v.picklist([1, 2]),
  /** v1 controllers of it, or `name=systemd`; empty for v2. */
  controllers: v.array(v.string()),
  mountPoint: v.string(),
  /** Which cgroup is the mount's top, as the own namespace names it: `/`, `/docker/abc`, `/..` for one outside. */
  root: v.string(),
  /** The mount is read-only. */
  readOnly: v.boolean(),
});
export type CgroupMount = FactsOf<typeof cgroupMountSchema>;

/** A mount that another one lies over: at the same place, or over a folder above it. Nothing of it is seen. */
export const coveredCgroupMountSchema = v.object({
  ...cgroupMountSchema.entries,
  /** What is seen at its mount point instead. */
  cover: v.object({
    fsType: v.string(),
    mountPoint: v.string(),
    root: v.string(),
  }),
});
export type CoveredCgroupMount = FactsOf<typeof coveredCgroupMountSchema>;

/**
 * Which mount of a v1 hierarchy runc shows its containers a part of, where they have no cgroup namespace of their own: the
 * first in the table, covered or not.
 */
export const runcMountSchema = v.object({
  /** Those for which it is the first. */
  controllers: v.array(v.string()),
  taken: v.union([cgroupMountSchema, coveredCgroupMountSchema]),
  /** Whether the group of a container is where runc then looks for it. No container starts where it is not. */
  found: v.boolean(),
});
export type RuncMount = FactsOf<typeof runcMountSchema>;

/** The table of mounts of a dockerd or containerd, which is the one that its runc reads. */
export const daemonMountsSchema = v.object({
  pid: v.number(),
  comm: v.string(),
  /** `same`: shows the same control groups as our own table. */
  table: v.union([
    v.literal('same'),
    v.object({
      mounts: v.array(cgroupMountSchema),
      runc: v.array(runcMountSchema),
    }),
    v.object({
      unreadable: v.string(),
    }),
  ]),
});
export type DaemonMounts = FactsOf<typeof daemonMountsSchema>;

/** A line of `/proc/self/cgroup`: where this process is in one hierarchy. */
export const cgroupMembershipSchema = v.object({
  /** 0 is v2. */
  hierarchy: v.number(),
  controllers: v.array(v.string()),
  /** As the own cgroup namespace names it: `/` at its root, `/../x` outside of it. */
  path: v.string(),
});
export type CgroupMembership = FactsOf<typeof cgroupMembershipSchema>;

/** A line of `/proc/cgroups`: what the kernel has. Kernels that list v1 controllers only may leave some out. */
export const cgroupControllerSchema = v.object({
  name: v.string(),
  hierarchy: v.number(),
  /** False: switched off on the kernel's command line. */
  enabled: v.boolean(),
});
export type CgroupController = FactsOf<typeof cgroupControllerSchema>;

/** The limits of one cgroup; absent: no such file here (no controller, or the true root). */
export const cgroupLimitsSchema = v.object({
  /** CPUs' worth of time, quota by period: 0.5 is half a CPU. */
  cpus: v.exactOptional(v.union([v.number(), v.literal('max')])),
  /** Bytes. v1 writes a huge number for none, which is `max` here. */
  memoryBytes: v.exactOptional(v.union([v.number(), v.literal('max')])),
  /** Bytes of swap on v2; of memory and swap together on v1. */
  swapBytes: v.exactOptional(v.union([v.number(), v.literal('max')])),
  pids: v.exactOptional(v.union([v.number(), v.literal('max')])),
  /** CPUs as a list, such as `0-3,8`; on v2 the effective ones. Empty on v1 is a cgroup that takes no process. */
  cpuset: v.exactOptional(v.string()),
  /** Memory nodes as a list; see `cpuset`. */
  cpusetMems: v.exactOptional(v.string()),
});
export type CgroupLimits = FactsOf<typeof cgroupLimitsSchema>;

/** One cgroup on the way from the namespace's (or mount's) root to the own one, or `docker` below the root. */
export const cgroupLevelSchema = v.object({
  /** The folder, absolute: `/sys/fs/cgroup/init`. */
  folder: v.string(),
  /** v2: what the parent gives (`cgroup.controllers`). v1: the hierarchy's controllers. */
  controllers: v.array(v.string()),
  /** v2: what it passes on (`cgroup.subtree_control`). v1: as `controllers`. */
  delegated: v.array(v.string()),
  /** v2 `cgroup.type`: `domain`, `threaded`, `domain threaded`, `domain invalid`. Absent: the true root, or v1. */
  type: v.exactOptional(v.string()),
  /** Processes in it, at most the first 64 of `cgroup.procs`. 0 is one of a pid namespace this process cannot see. */
  processes: v.array(v.number()),
  /** All of them, at most 10 000 are counted. Absent: not readable, as in a threaded cgroup. */
  processCount: v.exactOptional(v.number()),
  /** v2 `cgroup.events`: anything alive here or below. */
  populated: v.exactOptional(v.boolean()),
  limits: cgroupLimitsSchema,
  usage: v.object({
    /** Bytes, `memory.current` or `memory.usage_in_bytes`. */
    memoryBytes: v.exactOptional(v.number()),
    /** `pids.current`, tasks and threads. */
    pids: v.exactOptional(v.number()),
    /** Counters of `memory.events`: `max`, `oom`, `oom_kill`, ... */
    memoryEvents: v.exactOptional(v.record(v.string(), v.number())),
    /** Counters of `pids.events`: `max`. */
    pidsEvents: v.exactOptional(v.record(v.string(), v.number())),
    /** `cpu.stat` nr_throttled. */
    throttled: v.exactOptional(v.number()),
    /** `memory.pressure` full avg10, percent. */
    memoryPressureFull: v.exactOptional(v.number()),
  }),
  /** v2 `cgroup.max.depth`, `cgroup.max.descendants`, when they are not `max`. */
  maxDepth: v.exactOptional(v.number()),
  maxDescendants: v.exactOptional(v.number()),
  /** Whether this process may create a cgroup below it; for root it says that the mount is writable. */
  writable: v.boolean(),
});
export type CgroupLevel = FactsOf<typeof cgroupLevelSchema>;

/** The smallest limit on the visible way up, and which level sets it. */
export const effectiveLimitSchema = v.object({
  /** `unknown`: the own group is not visible, and no level that is limits; see `notVisible`. */
  value: v.union([v.number(), v.picklist(['max', 'unknown'])]),
  /** The level's folder; absent when no visible level limits. Levels above the namespace's root are never visible. */
  folder: v.exactOptional(v.string()),
});
export type EffectiveLimit = FactsOf<typeof effectiveLimitSchema>;

/** The control groups of this process and what it could give to containers. */
export const cgroupFactsSchema = v.object({
  version: cgroupVersionSchema,
  /** Those that can be seen, in the table's order. */
  mounts: v.array(cgroupMountSchema),
  /** Those that cannot. Absent, as the three below: facts of an earlier version. */
  covered: v.exactOptional(v.array(coveredCgroupMountSchema)),
  /** Why the own group cannot be seen, by controller; `cgroup2` for the v2 tree. Empty where all can. */
  notVisible: v.exactOptional(v.record(v.string(), v.string())),
  /** What runc would take if it was started here. */
  runc: v.exactOptional(v.array(runcMountSchema)),
  /** What the runc of each living daemon takes. */
  daemons: v.exactOptional(v.array(daemonMountsSchema)),
  memberships: v.array(cgroupMembershipSchema),
  /** `/proc/cgroups`, empty when it cannot be read. */
  kernelControllers: v.array(cgroupControllerSchema),
  /** Whether `/sys/fs/cgroup` begins at a namespace of the container's own. */
  namespace: v.object({
    kind: v.picklist(['private', 'host', 'unknown']),
    /** What it was told by, for people. */
    evidence: v.array(
      v.object({
        source: v.string(),
        value: v.string(),
      }),
    ),
  }),
  /**
   * v2 levels of this process, the root of what is visible first, the own one last; the root alone where the own one is not
   * visible. Empty without v2.
   */
  levels: v.array(cgroupLevelSchema),
  /** v1: the same for each controller that counts (cpu, memory, pids, cpuset, devices). */
  v1Levels: v.record(v.string(), v.array(cgroupLevelSchema)),
  /** The cgroup where dockerd puts containers (`docker` under the root, v2), when there is one. */
  dockerLevel: v.exactOptional(cgroupLevelSchema),
  effective: v.object({
    /** CPUs' worth of time. */
    cpus: effectiveLimitSchema,
    /** Bytes. */
    memoryBytes: effectiveLimitSchema,
    pids: effectiveLimitSchema,
    /** The own level's list of CPUs. */
    cpuset: v.exactOptional(v.string()),
  }),
});
export type CgroupFacts = FactsOf<typeof cgroupFactsSchema>;
