import { join } from 'node:path';
import { readLimits } from './cgroupLimits';
import { limitOf, parseCounters } from './cgroupParse';
import {
  cgroup2,
  cgroupTable,
  isOf,
  parseMemberships,
  placeOf,
  type CgroupFolder,
  type CgroupPlace,
  type CgroupTable,
  type NotVisible,
} from './cgroupMembership';
import type { CgroupMembership } from './facts/cgroup';
import { readMounts } from './mounts';
import { defined, isUnreadable, readText, type ReadResult } from './readResult';

/** What a container is limited in here. */
export type Limited = 'memory' | 'cpus' | 'pids';

/** The limits that one group of a path sets. */
export interface CgroupPathLevel {
  /** In its hierarchy; `/` is the top of what can be seen from here. */
  readonly path: string;
  /** Where the group of that limit has another path: on v1 each controller has a tree of its own. */
  readonly paths?: Readonly<Partial<Record<Limited, string>>>;
  /** Bytes; undefined: none set, or no such controller. */
  readonly memory?: number;
  /** Bytes in use. */
  readonly memoryUsed?: number;
  /** Bytes that reclaim leaves alone (v2's `memory.low`); undefined for `max`, on v1, and where there is no such file. */
  readonly memoryLow?: number;
  /** CPUs: quota divided by period. */
  readonly cpus?: number;
  /** Seconds of CPU time since the group was made. */
  readonly cpuSeconds?: number;
  readonly pids?: number;
  /** Processes in it. */
  readonly processes?: number;
}

/** Where a process is, and what limits it, from its own group up to the top that can be seen. */
export interface CgroupPath {
  readonly version: 1 | 2;
  /** Of the memory hierarchy on v1. */
  readonly path: string;
  /** Where the group of that limit has another path. It is known whether it can be seen or not. */
  readonly paths?: Readonly<Partial<Record<Limited, string>>>;
  /** The process's own group first, as far as it and those above it can be seen. */
  readonly levels: readonly CgroupPathLevel[];
  /** Why the groups of a limit cannot be seen from here; nothing of them is in `levels`. */
  readonly notVisible?: Readonly<Partial<Record<Limited, string>>>;
  /** Bytes: the smallest memory limit of the whole path, also of groups that cannot be seen from here. Only v1 has it. */
  readonly hierarchicalMemory?: number;
}

/** v2 counts microseconds in a file of counters, v1 nanoseconds in a file of its own. */
function secondsOf(text: string | undefined, version: 1 | 2): number | undefined {
  const used = version === 1 ? limitOf(text) : parseCounters(text)?.['usage_usec'];
  return used === undefined ? undefined : used / (version === 1 ? 1e9 : 1e6);
}

/** A limit that bounds something; undefined where there is none. */
function setLimit(limit: number | 'max' | undefined): number | undefined {
  return limit === 'max' ? undefined : limit;
}

const controllerOf: Readonly<Record<Limited, string>> = { memory: 'memory', cpus: 'cpu', pids: 'pids' };

class Hierarchies {
  readonly #root: string;
  readonly #table: CgroupTable;
  readonly #memberships: readonly CgroupMembership[];
  readonly version: 1 | 2;

  constructor(root: string, table: CgroupTable, memberships: readonly CgroupMembership[]) {
    this.#root = root;
    this.#table = table;
    this.#memberships = memberships;
    // A hybrid machine has an empty v2 tree beside the controllers, which are then all v1's.
    this.version = memberships.some((one) => isOf('memory', one) || isOf('cpu', one)) ? 1 : 2;
  }

  path(controller: string): string | undefined {
    const hierarchy = this.version === 2 ? cgroup2 : controller;
    return this.#memberships.find((one) => isOf(hierarchy, one))?.path;
  }

  place(controller: string): CgroupPlace | NotVisible | undefined {
    return placeOf(this.#table, this.#memberships, this.version === 2 ? cgroup2 : controller);
  }

  /** The groups of a controller that can be seen, the own one first; empty where that one cannot. */
  upwards(controller: string): readonly CgroupFolder[] {
    const place = this.place(controller);
    return place !== undefined && 'levels' in place ? place.levels.toReversed() : [];
  }

  /** The text of a file of a group; undefined when there is none or it is not for us. */
  async file(group: CgroupFolder | undefined, name: string): Promise<string | undefined> {
    if (group === undefined) return undefined;
    const read = await readText(this.#root, join(group.folder, name));
    return isUnreadable(read) ? undefined : read.text;
  }

  /** One level of the way up: `index` 0 is the own group, which is so far below the others in each tree of v1. */
  async level(path: string, index: number): Promise<CgroupPathLevel> {
    const at = (controller: string): CgroupFolder | undefined => this.upwards(controller)[index];
    const [memory, cpu, pids, cpuacct] = [at('memory'), at('cpu'), at('pids'), at('cpuacct')];
    const v2 = this.version === 2;
    const groups = { memory, cpu, pids };
    const [both, low, time] = await Promise.all([
      readLimits(this.version, (controller, name) => this.file(groups[controller], name)),
      v2 ? this.file(memory, 'memory.low') : undefined,
      v2 ? this.file(cpu, 'cpu.stat') : this.file(cpuacct, 'cpuacct.usage'),
    ]);
    const { limits, usage } = both;
    const cpuSeconds = secondsOf(time, this.version);
    const paths = pathsBeside(path, { memory: memory?.path, cpus: cpu?.path, pids: pids?.path });
    return defined({
      path,
      paths,
      memory: setLimit(limits.memoryBytes),
      memoryUsed: usage.memoryBytes,
      memoryLow: limitOf(low),
      // A quota of nothing is none: the kernel refuses one below a millisecond.
      cpus: setLimit(limits.cpus) || undefined,
      cpuSeconds,
      pids: setLimit(limits.pids),
      processes: usage.pids,
    });
  }

  /** Every level that some controller can be seen at. */
  async levels(): Promise<CgroupPathLevel[]> {
    const ways = ['memory', 'cpu', 'pids'].map((controller) => this.upwards(controller));
    const deepest = ways.reduce((one, other) => (other.length > one.length ? other : one), []);
    return Promise.all(
      deepest.map((group, index) => {
        const path = ways.flatMap((way) => way[index] ?? [])[0]?.path ?? group.path;
        return this.level(path, index);
      }),
    );
  }

  notVisible(): CgroupPath['notVisible'] {
    const reasons = Object.entries(controllerOf).flatMap(([limited, controller]) => {
      const place = this.place(controller);
      return place !== undefined && 'notVisible' in place ? [[limited, place.notVisible] as const] : [];
    });
    return reasons.length === 0 ? undefined : Object.fromEntries(reasons);
  }
}

/**
 * The groups of a process of this PID namespace and their limits, from the tree at `root`. Never throws. `expect` is a
 * text that the path must have in it (a container's id), because a PID of another namespace is somebody else's here.
 */
export async function readCgroupPath(pid: number | 'self', root = '/', expect = ''): Promise<ReadResult<CgroupPath>> {
  const file = `/proc/${String(pid)}/cgroup`;
  const [read, mounts] = await Promise.all([readText(root, file), readMounts(root)]);
  if (isUnreadable(read)) return read;
  if (isUnreadable(mounts)) return mounts;
  const groups = new Hierarchies(root, cgroupTable(mounts), parseMemberships(read.text));
  const path = groups.path('memory') ?? groups.path('cpu') ?? groups.path('pids');
  if (path === undefined) return { unreadable: `${file}: no hierarchy with controllers` };
  if (!path.includes(expect)) return { unreadable: `${file}: ${path} is not the group of ${expect.slice(0, 12)}` };
  const levels = await groups.levels();
  const notVisible = groups.notVisible();
  const [cpus, pids] = [groups.path('cpu'), groups.path('pids')];
  const paths = pathsBeside(path, { memory: undefined, cpus, pids });
  const statistics = groups.version === 1 ? await groups.file(groups.upwards('memory')[0], 'memory.stat') : undefined;
  const whole = limitOf(String(parseCounters(statistics)?.['hierarchical_memory_limit'] ?? ''));
  return {
    version: groups.version,
    path,
    ...(paths !== undefined && { paths }),
    levels,
    ...(notVisible !== undefined && { notVisible }),
    ...(whole !== undefined && { hierarchicalMemory: whole }),
  };
}

/** The path of a group in the hierarchy of that limit. */
export function pathIn({ path, paths }: Pick<CgroupPathLevel, 'path' | 'paths'>, limited: Limited): string {
  return paths?.[limited] ?? path;
}

/** Those that are others than `path`; undefined where none is. */
function pathsBeside(path: string, all: Readonly<Record<Limited, string | undefined>>): CgroupPath['paths'] {
  const others = Object.entries(all).filter(([, other]) => other !== undefined && other !== path);
  return others.length === 0 ? undefined : Object.fromEntries(others);
}
