import { MiB } from '../util/format';
import type { EngineInfo } from '../engine/engineCalls';
import { pathIn, type CgroupPath, type Limited } from '../host/cgroupPath';
import { isUnreadable, type ReadResult } from '../host/readResult';

/** What the checks are made for: the engine, the kernel under it, and the limits that lie around its containers. */
export interface Environment {
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
  readonly outside: ReadResult<CgroupPath>;
  /** The group of PID 1 here, which shows whether containers leave what encloses this one. */
  readonly own: ReadResult<CgroupPath>;
}

/** The smallest limit around a container, and the group that sets it. */
export interface OuterLimit {
  readonly value: number;
  /** The group's path; undefined for one above what can be seen from here. */
  readonly path: string | undefined;
}

/** What holds for every container of the engine, whatever limit it is given itself. */
export function outerLimit(outside: ReadResult<CgroupPath>, of: Limited): OuterLimit | undefined {
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
export function memoryRoom({ outside, memoryAvailable }: Environment): number {
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
export function notSeen(path: ReadResult<CgroupPath>, of: Limited): string | undefined {
  return isUnreadable(path) ? path.unreadable : path.notVisible?.[of];
}

/**
 * Why the machine's memory says too little about the room around the engine: its groups cannot be seen, and one around us
 * has a limit, or may have one. Undefined where `memoryRoom` can be trusted.
 */
export function roomUnknown({ here, outside, own }: Environment): string | undefined {
  const why = here ? notSeen(outside, 'memory') : undefined;
  if (why === undefined) return undefined;
  const ownWhy = notSeen(own, 'memory');
  if (ownWhy !== undefined) return ownWhy === why ? why : `${why}, ${ownWhy}`;
  const limited =
    !isUnreadable(own) && (own.hierarchicalMemory ?? own.levels.find(({ memory }) => memory !== undefined));
  return limited === undefined ? undefined : `${why}, and the memory of PID 1 here is limited`;
}

/** Left to everybody else when the checks' need is compared with the room. */
export const memoryMargin = 32 * MiB;
