import { limitOf, parseCpuMax, parseLimit } from './cgroupParse';
import type { CgroupLevel, CgroupLimits } from './facts/cgroup';
import { defined } from './readResult';

/** Reads a file of a group: on v1 each controller has a group of its own. Undefined when there is none. */
export type ControllerFile = (controller: 'cpu' | 'memory' | 'pids', name: string) => Promise<string | undefined>;

/** What both versions limit of a group, and how much of it is in use. */
export interface LimitsAndUsage {
  readonly limits: Pick<CgroupLimits, 'cpus' | 'memoryBytes' | 'pids'>;
  readonly usage: Pick<CgroupLevel['usage'], 'memoryBytes' | 'pids'>;
}

/** v1 quota and period in microseconds; a quota of -1 is none. */
function cpuQuota1(quota: string | undefined, period: string | undefined): number | 'max' | undefined {
  const limit = parseLimit(quota);
  return limit === 'max' || limit === undefined ? limit : parseCpuMax(`${limit} ${period ?? ''}`);
}

/** The one reader of the files that hold them, by version. */
export async function readLimits(version: 1 | 2, file: ControllerFile): Promise<LimitsAndUsage> {
  const cpus =
    version === 2
      ? file('cpu', 'cpu.max').then(parseCpuMax)
      : Promise.all([file('cpu', 'cpu.cfs_quota_us'), file('cpu', 'cpu.cfs_period_us')]).then(([quota, period]) =>
          cpuQuota1(quota, period),
        );
  const [limit, memory, used, pids, tasks] = await Promise.all([
    cpus,
    file('memory', version === 2 ? 'memory.max' : 'memory.limit_in_bytes'),
    file('memory', version === 2 ? 'memory.current' : 'memory.usage_in_bytes'),
    file('pids', 'pids.max'),
    file('pids', 'pids.current'),
  ]);
  return {
    limits: defined({ cpus: limit, memoryBytes: parseLimit(memory), pids: parseLimit(pids) }),
    usage: defined({ memoryBytes: limitOf(used), pids: limitOf(tasks) }),
  };
}
