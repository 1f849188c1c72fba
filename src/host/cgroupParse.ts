import type { CgroupController } from './facts/cgroup';

/** `/proc/cgroups`: name, hierarchy, number of cgroups, enabled. */
export function parseKernelControllers(text: string): CgroupController[] {
  const controllers: CgroupController[] = [];
  for (const line of text.split('\n')) {
    const [name = '', hierarchy = '', , enabled = ''] = line.split(/\s+/u);
    if (name === '' || name.startsWith('#') || !/^\d{1,9}$/u.test(hierarchy) || !/^[01]$/u.test(enabled)) continue;
    controllers.push({ name, hierarchy: Number(hierarchy), enabled: enabled === '1' });
  }
  return controllers;
}

/** v1 has no word for "no limit" but the largest multiple of a page; whatever is near 2^63 is none. */
const practicallyNone = 2 ** 62;

/** A limit file: a number, or `max`; -1 and a number near 2^63 mean the same on v1. Undefined when it is neither. */
export function parseLimit(text: string | undefined): number | 'max' | undefined {
  const word = text?.trim();
  if (word === undefined || !/^(max|-1|\d{1,20})$/u.test(word)) return undefined;
  const value = Number(word);
  return word === 'max' || value < 0 || value >= practicallyNone ? 'max' : value;
}

/** The number in a limit file; undefined where there is none, and for text that is no limit. */
export function limitOf(text: string | undefined): number | undefined {
  const limit = parseLimit(text);
  return limit === 'max' ? undefined : limit;
}

/** v2 `cpu.max`: quota and period in microseconds, or `max`. Gives CPUs' worth of time. */
export function parseCpuMax(text: string | undefined): number | 'max' | undefined {
  const [quota = '', period = '100000'] = (text ?? '').trim().split(/\s+/u);
  if (quota === 'max') return 'max';
  return /^\d{1,15}$/u.test(quota) && /^[1-9]\d{0,9}$/u.test(period) ? Number(quota) / Number(period) : undefined;
}

/** CPUs of v2's `cpu.max`, or of v1's quota and period put into one line; undefined where there is no limit. */
export function cpusOf(text: string | undefined): number | undefined {
  const cpus = parseCpuMax(text);
  return cpus === 'max' || cpus === 0 ? undefined : cpus;
}

/** A file of `key number` lines, such as `memory.events`; other lines are left out. */
export function parseCounters(text: string | undefined): Record<string, number> | undefined {
  if (text === undefined) return undefined;
  const counters: [string, number][] = [];
  for (const line of text.split('\n')) {
    const match = /^(\w{1,64}) (\d{1,20})$/u.exec(line);
    if (match?.[1] !== undefined) counters.push([match[1], Number(match[2])]);
  }
  return Object.fromEntries(counters);
}

/** avg10 of the `full` line of a pressure file, percent. */
export function parseFullPressure(text: string | undefined): number | undefined {
  const found = /^full avg10=(\d+\.\d+)/mu.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Words of a line, such as `cgroup.controllers`. */
export function parseWords(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/u).filter((word) => word !== '');
}
