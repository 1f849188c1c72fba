import type { CgroupFacts, CgroupMount, RuncMount } from '../host/facts/cgroup';
import type { DaemonConfigFacts } from '../host/facts/daemon';
import { option } from './factSelectors';

/** A table of mounts that a runc reads. */
export interface RuncTable {
  /** Its file. */
  readonly source: string;
  /** Of a living daemon; `undefined`: our own, where none is seen. */
  readonly daemon: string | undefined;
  readonly mounts: readonly CgroupMount[];
  readonly runc: readonly RuncMount[];
}

/**
 * The tables of mounts that count for containers. runc is started by containerd, and sees what that one sees; where none
 * is seen, dockerd started it. Without a daemon it is our own: what one would see that is started here.
 */
export function runcTables(cgroup: CgroupFacts): readonly RuncTable[] | { readonly inconclusive: string } {
  const { daemons = [], mounts, runc = [] } = cgroup;
  const [containerds, others] = [
    daemons.filter(({ comm }) => comm === 'containerd'),
    daemons.filter(({ comm }) => comm !== 'containerd'),
  ];
  const counting = containerds.length > 0 ? containerds : others;
  if (counting.length === 0) return [{ source: '/proc/self/mountinfo', daemon: undefined, mounts, runc }];
  const tables: RuncTable[] = [];
  for (const { pid, comm, table } of counting) {
    if (table !== 'same' && 'unreadable' in table) return { inconclusive: table.unreadable };
    const seen = table === 'same' ? { mounts, runc } : table;
    tables.push({ source: `/proc/${String(pid)}/mountinfo`, daemon: `${comm} (PID ${String(pid)})`, ...seen });
  }
  return tables;
}

/** The mounts of control groups as the daemon has them; our own where it is not seen. */
export function daemonMounts(cgroup: CgroupFacts): readonly CgroupMount[] {
  const tables = runcTables(cgroup);
  return ('inconclusive' in tables ? undefined : tables[0]?.mounts) ?? cgroup.mounts;
}

/** The mounts in which a daemon's runc will not find its containers' groups. */
export interface LostMounts {
  readonly table: RuncTable;
  readonly mounts: readonly RuncMount[];
}

/** Undefined: runc finds all of them, for one of the daemons at least. */
export function lostMounts(cgroup: CgroupFacts): LostMounts | { readonly inconclusive: string } | undefined {
  const tables = runcTables(cgroup);
  if ('inconclusive' in tables) return tables;
  const lost = tables.map((table) => ({ table, mounts: table.runc.filter(({ found }) => !found) }));
  return lost.every(({ mounts }) => mounts.length > 0) ? lost[0] : undefined;
}

/** Whether containers get a cgroup namespace of their own unless they ask for another, which spares runc the search. */
export function isPrivateByDefault(config: DaemonConfigFacts | undefined): boolean {
  return config !== undefined && option(config, 'default-cgroupns-mode') === 'private';
}

/** `memory`, or `cpu and cpuacct`. */
export function lostNames({ mounts }: LostMounts): string {
  const names = mounts.flatMap(({ controllers }) => controllers);
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** What is wrong, in a few words, and why. */
export function describeLost(lost: LostMounts, isPrivate: boolean): { readonly title: string; readonly cause: string } {
  const names = lostNames(lost);
  const fail = isPrivate ? 'some containers cannot start' : 'no container can start';
  const [first] = lost.mounts;
  const taken = first?.taken;
  const part = taken?.root === '/' ? 'the root of its hierarchy' : `the group ${taken?.root ?? ''}`;
  if (taken === undefined || !('cover' in taken)) {
    return {
      title: `The first mount of ${names} does not show the control groups of containers: ${fail}`,
      cause: `${taken?.mountPoint ?? ''} is ${part}. runc uses the first mount in the table, and containers are in other groups.`,
    };
  }
  const { cover } = taken;
  const over = cover.fsType.startsWith('cgroup') ? `the group ${cover.root}` : `a mount of ${cover.fsType}`;
  return {
    title: `A mount of ${names} is covered by another: ${fail}`,
    cause: `${taken.mountPoint} is ${part}, and ${over} is mounted over it at ${cover.mountPoint}. runc uses the first mount in the table, which is the covered one, and looks there for groups that it does not find.`,
  };
}
