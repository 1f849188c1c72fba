import type { TimeFacts } from './facts/kernel';
import { parseBootTime, parseStat } from './processStat';
import { defined, isUnreadable, readText, textOf, type Reading } from './reading';

/** When the machine booted and how long ago that is, both seconds; what start times are counted from. */
export interface Boot {
  readonly seconds: number;
  readonly uptime: number;
}

/** Never throws. */
export async function readBoot(root = '/'): Promise<Reading<Boot>> {
  const [stat, uptime] = await Promise.all([readText(root, '/proc/stat'), readText(root, '/proc/uptime')]);
  if (isUnreadable(stat)) return stat;
  if (isUnreadable(uptime)) return uptime;
  const [seconds, up] = [parseBootTime(stat.text), Number.parseFloat(uptime.text)];
  return seconds === undefined || !Number.isFinite(up)
    ? { unreadable: '/proc/stat and /proc/uptime: not what a kernel writes' }
    : { seconds, uptime: up };
}

/** Never throws. */
export async function readTime(boot: Reading<Boot>, now: Date, root = '/'): Promise<Reading<TimeFacts>> {
  if (isUnreadable(boot)) return boot;
  const init = parseStat((await textOf(root, '/proc/1/stat', 4096)) ?? '');
  return defined({
    clock: now.toISOString(),
    uptimeSeconds: boot.uptime,
    initAgeSeconds: init === undefined ? undefined : Math.max(0, Math.round(boot.uptime - init.startTicks / 100)),
  });
}
