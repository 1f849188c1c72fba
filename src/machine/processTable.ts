import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { statusFields } from './capabilities';
import { isNested, parseStat, type ProcessStat } from './processStat';
import { unreadable, type Reading } from './reading';

/** Between two turns of the event loop: about a millisecond's worth. */
const batch = 100;
/** More than any pid limit seen; a bound all the same. */
const mostProcesses = 32_768;

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
export async function readProcessTable(root = '/'): Promise<Reading<readonly ProcessStat[]>> {
  let names: string[];
  try {
    names = (await readdir(join(root, '/proc'))).filter((name) => /^[1-9]\d*$/u.test(name)).slice(0, mostProcesses);
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
