import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { limitOf, parseCounters, parseCpuMax, parseFullPressure, parseLimit, parseWords } from './cgroupParse';
import type { CgroupLevel, CgroupLimits } from './facts/cgroup';
import { defined, textOf } from './readResult';

const maxListed = 64;
const maxCounted = 10_000;
/** Digits and a newline for each process, with room for the largest pid. */
const procsBytes = maxCounted * 9;

/** Reads one file of a level; undefined when it is not there. */
type FileOf = (name: string) => Promise<string | undefined>;

async function processesOf(file: FileOf): Promise<Pick<CgroupLevel, 'processes' | 'processCount'>> {
  const text = await file('cgroup.procs');
  if (text === undefined) return { processes: [] };
  const all = parseWords(text)
    .filter((word) => /^\d{1,9}$/u.test(word))
    .map(Number);
  return { processes: all.slice(0, maxListed), processCount: Math.min(all.length, maxCounted) };
}

async function isWritable(root: string, folder: string): Promise<boolean> {
  try {
    await access(join(root, folder), constants.W_OK);
    return true;
  } catch {
    // EROFS, EACCES: either way nobody of ours can make a cgroup here.
    return false;
  }
}

function filesOf(root: string, folder: string): FileOf {
  return (name) => textOf(root, join(folder, name), name === 'cgroup.procs' ? procsBytes : 65_536);
}

/** A level of the v2 tree. Undefined when there is no such cgroup. */
export async function readLevel2(root: string, folder: string): Promise<CgroupLevel | undefined> {
  const file = filesOf(root, folder);
  const [controllers, delegated, type, events, procs, writable] = await Promise.all([
    file('cgroup.controllers'),
    file('cgroup.subtree_control'),
    file('cgroup.type'),
    file('cgroup.events'),
    processesOf(file),
    isWritable(root, folder),
  ]);
  if (controllers === undefined) return undefined;
  const [cpu, memory, swap, pids, cpuset, mems] = await Promise.all([
    file('cpu.max'),
    file('memory.max'),
    file('memory.swap.max'),
    file('pids.max'),
    file('cpuset.cpus.effective'),
    file('cpuset.mems.effective'),
  ]);
  const [memoryNow, pidsNow, memoryEvents, pidsEvents, cpuStat, pressure, depth, descendants] = await Promise.all([
    file('memory.current'),
    file('pids.current'),
    file('memory.events'),
    file('pids.events'),
    file('cpu.stat'),
    file('memory.pressure'),
    file('cgroup.max.depth'),
    file('cgroup.max.descendants'),
  ]);
  const limits: CgroupLimits = defined({
    cpus: parseCpuMax(cpu),
    memoryBytes: parseLimit(memory),
    swapBytes: parseLimit(swap),
    pids: parseLimit(pids),
    cpuset: cpuset?.trim(),
    cpusetMems: mems?.trim(),
  });
  const populated = parseCounters(events)?.['populated'];
  return defined({
    folder,
    controllers: parseWords(controllers),
    delegated: parseWords(delegated),
    type: type?.trim(),
    ...procs,
    populated: populated === undefined ? undefined : populated === 1,
    limits,
    usage: defined({
      memoryBytes: limitOf(memoryNow),
      pids: limitOf(pidsNow),
      memoryEvents: parseCounters(memoryEvents),
      pidsEvents: parseCounters(pidsEvents),
      throttled: parseCounters(cpuStat)?.['nr_throttled'],
      memoryPressureFull: parseFullPressure(pressure),
    }),
    maxDepth: limitOf(depth),
    maxDescendants: limitOf(descendants),
    writable,
  });
}

/** v1 quota and period in microseconds; a quota of -1 is none. */
function cpuQuota1(quota: string | undefined, period: string | undefined): number | 'max' | undefined {
  const limit = parseLimit(quota);
  return limit === 'max' || limit === undefined ? limit : parseCpuMax(`${limit} ${period ?? ''}`);
}

/** A level of a v1 hierarchy with these controllers. Undefined when there is no such cgroup. */
export async function readLevel1(
  root: string,
  folder: string,
  controllers: readonly string[],
): Promise<CgroupLevel | undefined> {
  const file = filesOf(root, folder);
  const has = (controller: string, name: string): Promise<string | undefined> =>
    controllers.includes(controller) ? file(name) : Promise.resolve(undefined);
  const [procs, writable, quota, period, memory, swap, pids, cpus, mems, memoryNow, pidsNow, pidsEvents, cpuStat] =
    await Promise.all([
      processesOf(file),
      isWritable(root, folder),
      has('cpu', 'cpu.cfs_quota_us'),
      has('cpu', 'cpu.cfs_period_us'),
      has('memory', 'memory.limit_in_bytes'),
      has('memory', 'memory.memsw.limit_in_bytes'),
      has('pids', 'pids.max'),
      has('cpuset', 'cpuset.cpus'),
      has('cpuset', 'cpuset.mems'),
      has('memory', 'memory.usage_in_bytes'),
      has('pids', 'pids.current'),
      has('pids', 'pids.events'),
      has('cpu', 'cpu.stat'),
    ]);
  const files = [quota, memory, pids, cpus];
  if (procs.processCount === undefined && files.every((text) => text === undefined)) return undefined;
  return defined({
    folder,
    controllers,
    delegated: controllers,
    ...procs,
    limits: defined({
      cpus: cpuQuota1(quota, period),
      memoryBytes: parseLimit(memory),
      swapBytes: parseLimit(swap),
      pids: parseLimit(pids),
      cpuset: cpus?.trim(),
      cpusetMems: mems?.trim(),
    }),
    usage: defined({
      memoryBytes: limitOf(memoryNow),
      pids: limitOf(pidsNow),
      pidsEvents: parseCounters(pidsEvents),
      throttled: parseCounters(cpuStat)?.['nr_throttled'],
    }),
    writable,
  });
}
