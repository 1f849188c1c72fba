// Whether limits held, by the kernel's counters that a container has read from its own cgroup (walk.sh).

/**
 * A verdict: what was seen, and what is wrong with it, if anything is; or why it cannot be told here.
 * @typedef {{ seen: string, wrong?: string, skipped?: string }} Verdict
 */

/** Share of a processor over the limit that is still within what the kernel allows at the edges of a period. */
const cpuTolerance = 0.2;

/**
 * The numbers of lines such as `memory.events oom_kill 1` or `memory.max 134217728`, all there are of each name.
 * @param {string} output
 */
function numbersOf(output) {
  /** @type {Map<string, number[]>} */
  const numbers = new Map();
  for (const line of output.split('\n')) {
    const [, name = '', number = ''] = /^(\S+(?: [a-z]\w*)?) (-?\d+(?:\.\d+)?)(?:\s|$)/.exec(line.trim()) ?? [];
    if (name !== '') numbers.set(name, [...(numbers.get(name) ?? []), Number(number)]);
  }
  return numbers;
}

/**
 * `docker run --cpus LIMIT` with more work than that: the kernel must have held it back, and its use shows it.
 *
 * @param {string} output
 * @param {number} limit
 * @returns {Verdict}
 */
export function judgeCpus(output, limit) {
  const numbers = numbersOf(output);
  const change = (/** @type {string} */ name) => {
    const [first, last] = [numbers.get(name)?.[0], numbers.get(name)?.at(-1)];
    return first === undefined || last === undefined ? undefined : last - first;
  };
  const wall = change('uptime');
  const used = toSeconds(change('cpu.stat usage_usec'), 1e6) ?? toSeconds(change('cpuacct.usage'), 1e9);
  const throttled =
    toSeconds(change('cpu.stat throttled_usec'), 1e6) ?? toSeconds(change('cpu.stat throttled_time'), 1e9);
  const periods = change('cpu.stat nr_throttled');
  const quota = quotaOf(output);
  if (wall === undefined || wall <= 0 || used === undefined || throttled === undefined || periods === undefined) {
    return { seen: excerptOf(output), wrong: 'the container could not read its CPU counters' };
  }
  const share = used / wall;
  const seen = `used ${share.toFixed(2)} of a CPU, throttled in ${periods} periods, for ${throttled.toFixed(1)} s; quota ${quota?.toFixed(2) ?? 'none'}`;
  if (quota === undefined || Math.abs(quota - limit) > 0.001)
    return { seen, wrong: `the quota in the cgroup is not ${limit}` };
  if (share > limit + cpuTolerance) return { seen, wrong: `it used more than ${limit} of a CPU` };
  // Others used the processors: what never comes to its limit is not held back, and says nothing about it.
  if (periods === 0 && share < limit * 0.8) {
    return { seen, skipped: `this machine is too busy, the container never came to its limit: ${seen}` };
  }
  if (periods === 0 || throttled === 0) return { seen, wrong: 'the kernel never throttled it' };
  return { seen };
}

/**
 * @param {number | undefined} value
 * @param {number} unit
 */
const toSeconds = (value, unit) => (value === undefined ? undefined : value / unit);

/**
 * The quota in processors: `cpu.max 50000 100000` on cgroup v2, two files on v1.
 * @param {string} output
 */
function quotaOf(output) {
  const both = /^cpu\.max (\d+) (\d+)/m.exec(output);
  const quota = both?.[1] ?? /^cpu\.cfs_quota_us (\d+)/m.exec(output)?.[1];
  const period = both?.[2] ?? /^cpu\.cfs_period_us (\d+)/m.exec(output)?.[1];
  return quota === undefined || period === undefined ? undefined : Number(quota) / Number(period);
}

/**
 * `docker run --memory LIMIT` with a child that takes more: the kernel must have ended it at the limit.
 *
 * @param {string} output
 * @param {number} limit bytes
 * @returns {Verdict}
 */
export function judgeMemory(output, limit) {
  const numbers = numbersOf(output);
  const first = (/** @type {readonly string[]} */ names) =>
    names.map((name) => numbers.get(name)?.[0]).find((value) => value !== undefined);
  const status = first(['status']);
  const set = first(['memory.max', 'memory.limit_in_bytes']);
  const peak = first(['memory.peak', 'memory.max_usage_in_bytes']);
  const reached = first(['memory.events max', 'memory.failcnt']);
  const kills = first(['memory.events oom_kill', 'memory.oom_control oom_kill']);
  if (status === undefined || set === undefined) {
    return { seen: excerptOf(output), wrong: 'the container could not read its memory counters' };
  }
  const mib = (/** @type {number | undefined} */ bytes) =>
    bytes === undefined ? 'unknown' : `${Math.round(bytes / 2 ** 20)} MiB`;
  const seen = `limit ${mib(set)}, highest use ${mib(peak)}, reached ${reached ?? 'unknown'} times, ${kills ?? 'unknown'} OOM kills`;
  if (set !== limit) return { seen, wrong: `the limit in the cgroup is not ${mib(limit)}` };
  if (peak !== undefined && peak > limit) return { seen, wrong: `it used more than ${mib(limit)}` };
  if (status !== 137)
    return { seen, wrong: `a process that takes 512 MiB ended with status ${status}, expected 137 (SIGKILL)` };
  if ((reached ?? 0) === 0 && (kills ?? 0) === 0) return { seen, wrong: 'the kernel counted no hit of the limit' };
  return { seen };
}

/** @param {string} output */
const excerptOf = (output) => output.trim().split('\n').slice(-3).join(' | ');
