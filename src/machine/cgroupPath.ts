import { dirname, join } from 'node:path';
import { readMounts, type Mount } from './mounts';
import { isUnreadable, readText, type Reading } from './reading';

/** A line of `/proc/PID/cgroup` (cgroups(7)). */
export interface CgroupLine {
  /** Empty for the v2 hierarchy. */
  readonly controllers: readonly string[];
  /** As the reader's cgroup namespace shows it: it may begin with `/..` for a group outside of it. */
  readonly path: string;
}

/** The limits that one group of a path sets. */
export interface CgroupLevel {
  /** In its hierarchy; `/` is the top of what can be seen from here. */
  readonly path: string;
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
  /** The process's own group first. */
  readonly levels: readonly CgroupLevel[];
  /** Bytes: the smallest memory limit of the whole path, also of groups that cannot be seen from here. Only v1 has it. */
  readonly hierarchicalMemory?: number;
}

/** v1 writes "no limit" as the largest number of pages, which differs by page size. */
const unlimitedV1 = 2 ** 62;

export function parseCgroup(text: string): CgroupLine[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\d+:(?<controllers>[^:]*):(?<path>\/.*)$/u.exec(line)?.groups;
    if (found === undefined) return [];
    const { controllers = '', path = '' } = found;
    return [{ controllers: controllers === '' ? [] : controllers.split(','), path }];
  });
}

/** The number in a limit file; undefined for `max`, v1's "no limit", and text that is none. */
export function limitOf(text: string): number | undefined {
  const word = text.trim().split(/\s+/u)[0] ?? '';
  const value = /^\d+$/u.test(word) ? Number(word) : undefined;
  return value === undefined || value >= unlimitedV1 ? undefined : value;
}

/** CPUs of v2's `cpu.max`, or of v1's quota and period put into one line. */
export function cpusOf(text: string): number | undefined {
  const [quota, period] = text.trim().split(/\s+/u).map(Number);
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return undefined;
  return quota / period;
}

/** v2 counts microseconds in a file of counters, v1 nanoseconds in a file of its own. */
function secondsOf(text: string | undefined, version: 1 | 2): number | undefined {
  const digits = version === 1 ? text?.trim() : /^usage_usec (?<used>\d+)$/mu.exec(text ?? '')?.groups?.['used'];
  if (digits === undefined || !/^\d+$/u.test(digits)) return undefined;
  return Number(digits) / (version === 1 ? 1e9 : 1e6);
}

/** Folders from a group up to the top; empty for a path that leaves what can be seen. */
function upwards(path: string): string[] {
  if (path.startsWith('/..')) return [];
  const all = [path];
  for (let at = path; at !== '/'; at = dirname(at)) all.push(dirname(at));
  return all;
}

/** Where a hierarchy's file system is mounted, and which of its groups lies at that place. */
function placeOf(mounts: readonly Mount[], controller: string | undefined): Mount | undefined {
  return mounts.find(({ fsType, superOptions }) =>
    controller === undefined ? fsType === 'cgroup2' : fsType === 'cgroup' && superOptions.includes(controller),
  );
}

class Hierarchies {
  readonly #root: string;
  readonly #mounts: readonly Mount[];
  readonly #lines: readonly CgroupLine[];
  readonly version: 1 | 2;

  constructor(root: string, mounts: readonly Mount[], lines: readonly CgroupLine[]) {
    this.#root = root;
    this.#mounts = mounts;
    this.#lines = lines;
    // A hybrid machine has an empty v2 tree beside the controllers, which are then all v1's.
    this.version = lines.some(({ controllers }) => controllers.includes('memory') || controllers.includes('cpu'))
      ? 1
      : 2;
  }

  path(controller: string): string | undefined {
    const wanted = this.#lines.find(({ controllers }) =>
      this.version === 2 ? controllers.length === 0 : controllers.includes(controller),
    );
    return wanted?.path;
  }

  /** The text of a file of a group; undefined when there is none or it is not for us. */
  async file(controller: string, group: string, name: string): Promise<string | undefined> {
    const mount = placeOf(this.#mounts, this.version === 2 ? undefined : controller);
    if (mount === undefined) return undefined;
    // Bound in part (a container with the host's namespace): the mount's root is the prefix of what is seen in it.
    const inside = mount.root !== '/' && group.startsWith(mount.root) ? group.slice(mount.root.length) : group;
    const read = await readText(this.#root, join(mount.mountPoint, inside, name));
    return isUnreadable(read) ? undefined : read.text;
  }

  async level(group: string, index: number): Promise<CgroupLevel> {
    // On v1 each controller has a tree of its own; containers have the same path in all of them, or the same depth.
    const at = (controller: string): string => upwards(this.path(controller) ?? '/')[index] ?? '/';
    const [memory, used, low, cpu, quota, period, pids, processes, usage] = await Promise.all([
      this.file('memory', at('memory'), this.version === 2 ? 'memory.max' : 'memory.limit_in_bytes'),
      this.file('memory', at('memory'), this.version === 2 ? 'memory.current' : 'memory.usage_in_bytes'),
      this.version === 2 ? this.file('memory', at('memory'), 'memory.low') : undefined,
      this.version === 2 ? this.file('cpu', at('cpu'), 'cpu.max') : undefined,
      this.version === 1 ? this.file('cpu', at('cpu'), 'cpu.cfs_quota_us') : undefined,
      this.version === 1 ? this.file('cpu', at('cpu'), 'cpu.cfs_period_us') : undefined,
      this.file('pids', at('pids'), 'pids.max'),
      this.file('pids', at('pids'), 'pids.current'),
      this.version === 2
        ? this.file('cpu', at('cpu'), 'cpu.stat')
        : this.file('cpuacct', at('cpuacct'), 'cpuacct.usage'),
    ]);
    const cpus = cpusOf(cpu ?? `${quota ?? ''} ${period ?? ''}`);
    const limit = (text: string | undefined): number | undefined => (text === undefined ? undefined : limitOf(text));
    const [bytes, inUse, protection, most, now] = [memory, used, low, pids, processes].map(limit);
    const cpuSeconds = secondsOf(usage, this.version);
    return {
      path: group,
      ...(bytes !== undefined && { memory: bytes }),
      ...(inUse !== undefined && { memoryUsed: inUse }),
      ...(protection !== undefined && { memoryLow: protection }),
      ...(cpus !== undefined && { cpus }),
      ...(cpuSeconds !== undefined && { cpuSeconds }),
      ...(most !== undefined && { pids: most }),
      ...(now !== undefined && { processes: now }),
    };
  }
}

/**
 * The groups of a process of this PID namespace and their limits, from the tree at `root`. Never throws. `expect` is a
 * text that the path must have in it (a container's id), because a PID of another namespace is somebody else's here.
 */
export async function readCgroupPath(pid: number | 'self', root = '/', expect = ''): Promise<Reading<CgroupPath>> {
  const file = `/proc/${String(pid)}/cgroup`;
  const [read, mounts] = await Promise.all([readText(root, file), readMounts(root)]);
  if (isUnreadable(read)) return read;
  if (isUnreadable(mounts)) return mounts;
  const groups = new Hierarchies(root, mounts, parseCgroup(read.text));
  const path = groups.path('memory') ?? groups.path('cpu') ?? groups.path('pids');
  if (path === undefined) return { unreadable: `${file}: no hierarchy with controllers` };
  if (!path.includes(expect)) return { unreadable: `${file}: ${path} is not the group of ${expect.slice(0, 12)}` };
  const levels = await Promise.all(upwards(path).map((group, index) => groups.level(group, index)));
  const statistics = groups.version === 1 ? await groups.file('memory', path, 'memory.stat') : undefined;
  const whole = limitOf(/^hierarchical_memory_limit (?<bytes>\d+)$/mu.exec(statistics ?? '')?.groups?.['bytes'] ?? '');
  return { version: groups.version, path, levels, ...(whole !== undefined && { hierarchicalMemory: whole }) };
}
