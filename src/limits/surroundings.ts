import type { EngineInfo } from '../engine/engineCalls';
import { pathIn, type CgroupPath, type Limited } from '../machine/cgroupPath';
import { isUnreadable, type Reading } from '../machine/reading';
import { numberOf, valueOf, valuesOf, type Evidence } from './evidence';
import { MiB, type Leg } from './proof';

/** What the proofs are made for: the engine, the kernel under it, and the limits that lie around its containers. */
export interface Surroundings {
  readonly engine: EngineInfo;
  readonly cgroup: 1 | 2;
  /** CPUs a container may use, by number. */
  readonly cpus: readonly number[];
  /** Bytes a new process can have before the machine swaps. */
  readonly memoryAvailable: number;
  /** Bytes. */
  readonly swap: number;
  /** The disk under the engine's volumes, as the engine's machine names it; else what is there instead. */
  readonly disk: { readonly path: string } | { readonly missing: string };
  /** Whether the engine is reached over a socket of this machine: what is around us is then most likely around it too. */
  readonly here: boolean;
  /** Where a container's group lies and what limits it from outside; unreadable for an engine that is not here. */
  readonly outside: Reading<CgroupPath>;
  /** The group of PID 1 here, which shows whether containers leave what encloses this one. */
  readonly own: Reading<CgroupPath>;
}

/** Asks the engine's machine from inside a container, which works for one that is far away too. */
export const probeLeg: Leg = {
  name: 'probe',
  limits: {},
  volume: '/data',
  seconds: 40,
  // As long as it runs, its group can be looked at from outside.
  stays: 30,
  script: `
echo cgroup $V
while read -r k v _; do case $k in MemAvailable:) echo available $v ;; SwapTotal:) echo swap $v ;; esac; done </proc/meminfo
while read -r k v; do case $k in Cpus_allowed_list:) echo cpus "$v" ;; esac; done </proc/self/status
while read -r _ _ d _ p _ rest; do [ "$p" = /data ] && echo data "$d $rest"; done </proc/self/mountinfo
d=
while read -r _ _ n _ p _; do [ "$p" = /data ] && d=$n; done </proc/self/mountinfo
s=/sys/dev/block/$d
[ ! -e $s/partition ] || s=$s/..
if [ -e $s/uevent ]; then while read -r l; do echo disk "$l"; done <$s/uevent; fi
`,
};

/** `0-2,5` as numbers. */
export function cpuList(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const range = /^(?<first>\d+)(?:-(?<last>\d+))?$/u.exec(part.trim())?.groups;
    if (range === undefined) return [];
    const first = Number(range['first']);
    const last = Number(range['last'] ?? first);
    // No machine has more; a longer list is damaged text.
    return last - first < 8192
      ? Array.from({ length: Math.max(0, last - first + 1) }, (_none, index) => first + index)
      : [];
  });
}

function diskOf(probe: Evidence): Surroundings['disk'] {
  const name = valuesOf(probe, 'disk').find((line) => line.startsWith('DEVNAME='));
  if (name !== undefined) return { path: `/dev/${name.slice('DEVNAME='.length)}` };
  const mount = valueOf(probe, 'data') ?? '';
  const type = /- (?<type>\S+)/u.exec(mount)?.groups?.['type'] ?? 'a file system that could not be told';
  return { missing: `the engine's data lies on ${type} (device ${mount.split(' ')[0] ?? ''})` };
}

/** The surroundings out of a probe's evidence and what was read on this side. */
export function surroundingsOf(
  engine: EngineInfo,
  probe: Evidence,
  outside: Reading<CgroupPath>,
  own: Reading<CgroupPath>,
  here = false,
): Surroundings {
  const cpus = cpuList(valueOf(probe, 'cpus') ?? '');
  const kibibytes = (key: string): number => (numberOf(probe, key) || 0) * 1024;
  return {
    engine,
    cgroup: valueOf(probe, 'cgroup') === '1' ? 1 : 2,
    cpus: cpus.length > 0 ? cpus : Array.from({ length: Math.max(1, engine.cpus) }, (_none, index) => index),
    memoryAvailable: kibibytes('available'),
    swap: kibibytes('swap'),
    disk: diskOf(probe),
    here,
    outside,
    own,
  };
}

/** The smallest limit around a container, and the group that sets it. */
export interface OuterLimit {
  readonly value: number;
  /** The group's path; undefined for one above what can be seen from here. */
  readonly path: string | undefined;
}

/** What holds for every container of the engine, whatever limit it is given itself. */
export function outerLimit(outside: Reading<CgroupPath>, of: Limited): OuterLimit | undefined {
  if (isUnreadable(outside)) return undefined;
  // The first level is the container's own group.
  const around = outside.levels.slice(1);
  const found = around
    .flatMap((level): OuterLimit[] => (level[of] === undefined ? [] : [{ value: level[of], path: pathIn(level, of) }]))
    .sort((a, b) => a.value - b.value)[0];
  const hidden = of === 'memory' ? outside.hierarchicalMemory : undefined;
  if (hidden !== undefined && (found === undefined || hidden < found.value)) return { value: hidden, path: undefined };
  return found;
}

/** Words for where an outer limit is set. */
export function outerPlace({ path }: OuterLimit): string {
  return path === undefined
    ? 'a group above what can be seen from here'
    : path === '/'
      ? 'the group around the engine'
      : path;
}

/** Bytes that may still be used before an outer limit or the machine itself runs out. */
export function memoryRoom({ outside, memoryAvailable }: Surroundings): number {
  if (isUnreadable(outside)) return memoryAvailable;
  const rooms = outside.levels
    .slice(1)
    .flatMap(({ memory, memoryUsed }) => (memory === undefined ? [] : [memory - (memoryUsed ?? 0)]));
  const hidden = outside.hierarchicalMemory;
  // What the hidden group uses is not known; what can be seen of it is at least in use.
  const top = outside.levels.at(-1)?.memoryUsed ?? 0;
  return Math.min(memoryAvailable, ...rooms, ...(hidden === undefined ? [] : [hidden - top]));
}

/** Why the groups of a limit cannot be seen from here; undefined where they can. */
export function notSeen(path: Reading<CgroupPath>, of: Limited): string | undefined {
  return isUnreadable(path) ? path.unreadable : path.notVisible?.[of];
}

/**
 * Why the machine's memory says too little about the room around the engine: its groups cannot be seen, and one around us
 * has a limit, or may have one. Undefined where `memoryRoom` can be trusted.
 */
export function roomUnknown({ here, outside, own }: Surroundings): string | undefined {
  const why = here ? notSeen(outside, 'memory') : undefined;
  if (why === undefined) return undefined;
  const ownWhy = notSeen(own, 'memory');
  if (ownWhy !== undefined) return ownWhy === why ? why : `${why}, ${ownWhy}`;
  const limited =
    !isUnreadable(own) && (own.hierarchicalMemory ?? own.levels.find(({ memory }) => memory !== undefined));
  return limited === undefined ? undefined : `${why}, and the memory of PID 1 here is limited`;
}

/** Left to everybody else when the proofs' need is compared with the room. */
export const memoryMargin = 32 * MiB;
