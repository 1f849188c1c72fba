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

/**
 * Whether a process is in a pid namespace below the reader's, as one of an inner container is; from `NSpid`, which
 * numbers it once for each. Undefined on kernels before 4.1.
 */
export function isNested(fields: ReadonlyMap<string, string>): boolean | undefined {
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
export function sigchldOf(fields: ReadonlyMap<string, string>): 'caught' | 'ignored' | 'default' | undefined {
  const mask = (name: string): bigint | undefined => {
    const text = fields.get(name) ?? '';
    return /^[\da-f]{1,32}$/iu.test(text) ? BigInt(`0x${text}`) : undefined;
  };
  const [ignored, caught] = [mask('SigIgn'), mask('SigCgt')];
  if (ignored === undefined || caught === undefined) return undefined;
  if ((ignored & sigchld) !== 0n) return 'ignored';
  return (caught & sigchld) === 0n ? 'default' : 'caught';
}
