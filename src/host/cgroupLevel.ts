import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readLimits } from './cgroupLimits';
import { limitOf, parseCounters, parseFullPressure, parseLimit, parseWords } from './cgroupParse';
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
  const [both, swap, cpuset, mems] = await Promise.all([
    readLimits(2, (_controller, name) => file(name)),
    file('memory.swap.max'),
    file('cpuset.cpus.effective'),
    file('cpuset.mems.effective'),
  ]);
  const [memoryEvents, pidsEvents, cpuStat, pressure, depth, descendants] = await Promise.all([
    file('memory.events'),
    file('pids.events'),
    file('cpu.stat'),
    file('memory.pressure'),
    file('cgroup.max.depth'),
    file('cgroup.max.descendants'),
  ]);
  const limits: CgroupLimits = defined({
    ...both.limits,
    swapBytes: parseLimit(swap),
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
      ...both.usage,
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

/** A level of a v1 hierarchy with these controllers. Undefined when there is no such cgroup. */
export async function readLevel1(
  root: string,
  folder: string,
  controllers: readonly string[],
): Promise<CgroupLevel | undefined> {
  const file = filesOf(root, folder);
  const has = (controller: string, name: string): Promise<string | undefined> =>
    controllers.includes(controller) ? file(name) : Promise.resolve(undefined);
  const [procs, writable, both, swap, cpus, mems, pidsEvents, cpuStat] = await Promise.all([
    processesOf(file),
    isWritable(root, folder),
    readLimits(1, has),
    has('memory', 'memory.memsw.limit_in_bytes'),
    has('cpuset', 'cpuset.cpus'),
    has('cpuset', 'cpuset.mems'),
    has('pids', 'pids.events'),
    has('cpu', 'cpu.stat'),
  ]);
  const isEmpty = cpus === undefined && Object.keys(both.limits).length === 0;
  if (procs.processCount === undefined && isEmpty) return undefined;
  return defined({
    folder,
    controllers,
    delegated: controllers,
    ...procs,
    limits: defined({
      ...both.limits,
      swapBytes: parseLimit(swap),
      cpuset: cpus?.trim(),
      cpusetMems: mems?.trim(),
    }),
    usage: defined({
      ...both.usage,
      pidsEvents: parseCounters(pidsEvents),
      throttled: parseCounters(cpuStat)?.['nr_throttled'],
    }),
    writable,
  });
}
