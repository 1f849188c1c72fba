import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { maskIn, statusFields, type StatusFields } from './processStatus';
import { textOf, unreadable, type ReadResult } from './readResult';

/** Between two turns of the event loop: about a millisecond's worth. */
const batch = 100;
/** More than any pid limit seen; a bound all the same. */
const maxProcesses = 32_768;

/** Those of which one in an inner container must not be taken for ours: a nested station has a daemon of its own. */
const ofDocker = /^(?:dockerd|containerd|docker-proxy)/u;

function withNesting(root: string, stat: ProcessStat): ProcessStat {
  if (!ofDocker.test(stat.comm) || stat.state === 'Z') return stat;
  const nested = isNested(statusFields(readFileSync(join(root, '/proc', String(stat.pid), 'status'), 'latin1')));
  return nested === undefined ? stat : { ...stat, nested };
}

/**
 * Every visible process. `/proc/N/stat` is made by the kernel in microseconds and never waits for a disk, so it is read
 * without the thread pool, whose four threads would make 1 500 of them take as long as everything else together.
 * Never throws.
 */
export async function readProcessTable(root = '/'): Promise<ReadResult<readonly ProcessStat[]>> {
  let names: string[];
  try {
    names = (await readdir(join(root, '/proc'))).filter((name) => /^[1-9]\d*$/u.test(name)).slice(0, maxProcesses);
  } catch (error) {
    return unreadable('/proc', error);
  }
  const table: ProcessStat[] = [];
  for (const [index, name] of names.entries()) {
    if (index % batch === batch - 1) await pause();
    try {
      // As bytes: a name may be any, and what is no UTF-8 must not be taken for a bracket.
      const stat = parseStat(readFileSync(join(root, '/proc', name, 'stat'), 'latin1'));
      if (stat !== undefined) table.push(withNesting(root, stat));
    } catch {
      // It ended between the listing and now, or is hidden: it is not among the visible ones.
      continue;
    }
  }
  return table.sort((one, other) => one.pid - other.pid);
}

/** What one line of `/proc/N/stat` tells (proc_pid_stat(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly comm: string;
  readonly state: string;
  readonly ppid: number;
  readonly threads: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
  readonly residentPages: number;
  /** It runs in an inner container; looked up only for the daemon's programs. */
  readonly nested?: boolean;
}

/** The name is anything but a NUL, so the fields are counted from the last bracket. Undefined when it is no such line. */
export function parseStat(text: string): ProcessStat | undefined {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const [state = '', ppid = ''] = fields;
  const number = (index: number): number => Number(fields[index] ?? Number.NaN);
  const stat: ProcessStat = {
    pid: Number(text.slice(0, open).trim() || Number.NaN),
    comm: text.slice(open + 1, close),
    state,
    ppid: Number(ppid || Number.NaN),
    threads: number(17),
    startTicks: number(19),
    residentPages: number(21),
  };
  const numbers = [stat.pid, stat.ppid, stat.threads, stat.startTicks, stat.residentPages];
  return /^[A-Za-z]$/u.test(state) && numbers.every((value) => Number.isSafeInteger(value)) ? stat : undefined;
}

/** One process by its number; undefined when there is none that can be seen. Never throws. */
export async function readStat(root: string, pid: number): Promise<ProcessStat | undefined> {
  return parseStat((await textOf(root, `/proc/${String(pid)}/stat`, 4096)) ?? '');
}

/**
 * Whether a process is in a pid namespace below the reader's, as one of an inner container is; from `NSpid`, which
 * numbers it once for each. Undefined on kernels before 4.1.
 */
export function isNested(fields: StatusFields): boolean | undefined {
  const numbers = fields.get('NSpid');
  return numbers === undefined ? undefined : numbers.split(/\s+/u).length > 1;
}

/** User space sees 100 ticks a second on every Linux (sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100;

/** `btime` of `/proc/stat`: when the machine booted, seconds since 1970. */
export function parseBootTime(text: string): number | undefined {
  const found = /^btime (\d{1,12})$/mu.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** When it began, UTC, ISO 8601. */
export function startedAt(stat: Pick<ProcessStat, 'startTicks'>, bootSeconds: number): string {
  const milliseconds = bootSeconds * 1000 + (stat.startTicks * 1000) / ticksPerSecond;
  // A number from a hostile or broken /proc may lie outside of what a date can hold.
  return new Date(Math.min(milliseconds, 8.64e15)).toISOString();
}

/** `Max open files` of `/proc/N/limits`. */
export function parseNofile(
  text: string,
): { readonly soft: number | 'unlimited'; readonly hard: number | 'unlimited' } | undefined {
  const match = /^Max open files\s+(unlimited|\d{1,19})\s+(unlimited|\d{1,19})\s/mu.exec(text);
  if (match === null) return undefined;
  const limit = (word = ''): number | 'unlimited' => (word === 'unlimited' ? word : Number(word));
  return { soft: limit(match[1]), hard: limit(match[2]) };
}

const sigchld = 1n << 16n;

/** What a process does with SIGCHLD, from the masks in its `status`. */
export function sigchldOf(fields: StatusFields): 'caught' | 'ignored' | 'default' | undefined {
  const [ignored, caught] = [maskIn(fields, 'SigIgn'), maskIn(fields, 'SigCgt')];
  if (ignored === undefined || caught === undefined) return undefined;
  if ((ignored & sigchld) !== 0n) return 'ignored';
  return (caught & sigchld) === 0n ? 'default' : 'caught';
}
