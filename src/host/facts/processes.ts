import type { CapabilitySets } from './identity';

/** A process out of `/proc`; what this user may not see of it is absent. */
export interface ProcessFacts {
  readonly pid: number;
  readonly ppid: number;
  /** At most 15 bytes, as the kernel keeps it. */
  readonly comm: string;
  /** One letter, proc_pid_stat(5): `S`, `R`, `D`, `T` (stopped), `Z` (zombie). */
  readonly state: string;
  /** UTC, ISO 8601, from the boot time and the start ticks: right to 10 ms while the clock was not set. */
  readonly startedAt: string;
  readonly uid?: number;
  readonly threads?: number;
  /** Resident memory, bytes. */
  readonly residentBytes?: number;
  /** `/proc/N/exe`; root's only. */
  readonly exe?: string;
  /** `/proc/N/cmdline`; values of options that hold secrets are not cut here but in the report. */
  readonly argv?: readonly string[];
  /** `Max open files` of `/proc/N/limits`. */
  readonly nofile?: { readonly soft: number | 'unlimited'; readonly hard: number | 'unlimited' };
  readonly openFiles?: number;
  /** Where standard output and error go: a path, `pipe:[123]`, `/dev/null`; root's only. */
  readonly stdout?: string;
  readonly stderr?: string;
  /** What its first thread waits in; `0` or absent where the kernel hides it. */
  readonly wchan?: string;
  readonly capabilities?: CapabilitySets;
  /** Own cgroup v2 path. */
  readonly cgroup?: string;
}

export interface InitFacts extends ProcessFacts {
  /** What process 1 does with SIGCHLD, from `/proc/1/status`. `ignored`: the kernel reaps for it. `default`: it does nothing. */
  readonly sigchld?: 'caught' | 'ignored' | 'default';
  /** Zombies that are children of process 1. */
  readonly zombies: number;
  /** Age of the oldest of them, seconds, counted from their start and so an upper bound. */
  readonly oldestZombieSeconds?: number;
  /** `container=` of its environment; readable by root only. */
  readonly containerVariable?: string;
}

export interface ProcessesFacts {
  /** All that are visible, threads not counted. */
  readonly count: number;
  /** `/proc` is mounted with `hidepid`: processes of others are missing here. */
  readonly hidden: boolean;
  readonly init?: InitFacts;
  readonly dockerd: readonly ProcessFacts[];
  readonly containerd: readonly ProcessFacts[];
  /** At most 100; `shimCount` counts all. */
  readonly shims: readonly ProcessFacts[];
  readonly shimCount: number;
  /** dockerd processes of inner containers; they and what is theirs stand in none of the lists above. */
  readonly nestedDaemons: number;
  /** `docker-proxy`. */
  readonly proxyCount: number;
  readonly zombies: {
    readonly count: number;
    readonly shims: number;
    /** The parents that do not wait, at most 10, worst first. */
    readonly parents: readonly { readonly pid: number; readonly comm: string; readonly count: number }[];
  };
  /** Direct children of dockerd by name: `iptables`, `modprobe`, `docker-proxy`. */
  readonly daemonChildren: readonly { readonly pid: number; readonly comm: string; readonly state: string }[];
  /** The helper's `supervise`, when it runs. */
  readonly supervisor?: ProcessFacts;
  /** Processes named systemd, openrc-init, tini, docker-init, dumb-init, s6-svscan among the ancestors of dockerd. */
  readonly reaper?: { readonly pid: number; readonly comm: string };
  /** `/run/systemd/system` exists. */
  readonly systemdFolder: boolean;
}
