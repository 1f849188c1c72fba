import * as v from 'valibot';
import { capabilitySetsSchema } from './identity';
import type { FactsOf } from './schema';

/** A process out of `/proc`; what this user may not see of it is absent. */
export const processFactsSchema = v.object({
  pid: v.number(),
  ppid: v.number(),
  /** At most 15 bytes, as the kernel keeps it. */
  comm: v.string(),
  /** One letter, proc_pid_stat(5): `S`, `R`, `D`, `T` (stopped), `Z` (zombie). */
  state: v.string(),
  /** UTC, ISO 8601, from the boot time and the start ticks: right to 10 ms while the clock was not set. */
  startedAt: v.string(),
  uid: v.exactOptional(v.number()),
  threads: v.exactOptional(v.number()),
  /** Resident memory, bytes. */
  residentBytes: v.exactOptional(v.number()),
  /** `/proc/N/exe`; root's only. */
  exe: v.exactOptional(v.string()),
  /** `/proc/N/cmdline`; values of options that hold secrets are not cut here but in the report. */
  argv: v.exactOptional(v.array(v.string())),
  /** `Max open files` of `/proc/N/limits`. */
  nofile: v.exactOptional(
    v.object({
      soft: v.union([v.number(), v.literal('unlimited')]),
      hard: v.union([v.number(), v.literal('unlimited')]),
    }),
  ),
  openFiles: v.exactOptional(v.number()),
  /** Where standard output and error go: a path, `pipe:[123]`, `/dev/null`; root's only. */
  stdout: v.exactOptional(v.string()),
  stderr: v.exactOptional(v.string()),
  /** What its first thread waits in; `0` or absent where the kernel hides it. */
  wchan: v.exactOptional(v.string()),
  capabilities: v.exactOptional(capabilitySetsSchema),
  /** Own cgroup v2 path. */
  cgroup: v.exactOptional(v.string()),
});
export type ProcessFacts = FactsOf<typeof processFactsSchema>;

export const initFactsSchema = v.object({
  ...processFactsSchema.entries,
  /** What process 1 does with SIGCHLD, from `/proc/1/status`. `ignored`: the kernel reaps for it. `default`: it does nothing. */
  sigchld: v.exactOptional(v.picklist(['caught', 'ignored', 'default'])),
  /** Zombies that are children of process 1. */
  zombies: v.number(),
  /** Age of the oldest of them, seconds, counted from their start and so an upper bound. */
  oldestZombieSeconds: v.exactOptional(v.number()),
  /** `container=` of its environment; readable by root only. */
  containerVariable: v.exactOptional(v.string()),
});
export type InitFacts = FactsOf<typeof initFactsSchema>;

export const processesFactsSchema = v.object({
  /** All that are visible, threads not counted. */
  count: v.number(),
  /** `/proc` is mounted with `hidepid`: processes of others are missing here. */
  hidden: v.boolean(),
  init: v.exactOptional(initFactsSchema),
  dockerd: v.array(processFactsSchema),
  containerd: v.array(processFactsSchema),
  /** At most 100; `shimCount` counts all. */
  shims: v.array(processFactsSchema),
  shimCount: v.number(),
  /** dockerd processes of inner containers; they and what is theirs stand in none of the lists above. */
  nestedDaemons: v.number(),
  /** `docker-proxy`. */
  proxyCount: v.number(),
  zombies: v.object({
    count: v.number(),
    shims: v.number(),
    /** The parents that do not wait, at most 10, worst first. */
    parents: v.array(
      v.object({
        pid: v.number(),
        comm: v.string(),
        count: v.number(),
      }),
    ),
  }),
  /** Direct children of dockerd by name: `iptables`, `modprobe`, `docker-proxy`. */
  daemonChildren: v.array(
    v.object({
      pid: v.number(),
      comm: v.string(),
      state: v.string(),
    }),
  ),
  /** The helper's `supervise`, when it runs. */
  supervisor: v.exactOptional(processFactsSchema),
  /** Processes named systemd, openrc-init, tini, docker-init, dumb-init, s6-svscan among the ancestors of dockerd. */
  reaper: v.exactOptional(
    v.object({
      pid: v.number(),
      comm: v.string(),
    }),
  ),
  /** `/run/systemd/system` exists. */
  systemdFolder: v.boolean(),
});
export type ProcessesFacts = FactsOf<typeof processesFactsSchema>;
