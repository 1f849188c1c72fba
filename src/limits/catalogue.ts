import { blockIo } from './blockIo';
import { cpuQuota, cpuQuotaThreads } from './cpuQuota';
import { cpuset } from './cpuset';
import { cpuShares } from './cpuShares';
import { deviceAccess, networkOff, readOnlyRoot } from './isolation';
import { memory } from './memory';
import { memoryReservation } from './memoryReservation';
import { memorySwap } from './memorySwap';
import { oomGroup } from './oomGroup';
import { openFiles } from './openFiles';
import { outer } from './outerLimits';
import { pids } from './pids';
import { limitAreas, type LimitCheck } from './limitCheck';
import { shmSize, storageSize } from './space';

/** Every check, in the order in which it is shown. */
export const catalogue: readonly LimitCheck[] = [
  cpuQuota,
  cpuQuotaThreads,
  cpuShares,
  cpuset,
  memory,
  memorySwap,
  memoryReservation,
  oomGroup,
  pids,
  ...blockIo,
  openFiles,
  shmSize,
  storageSize,
  networkOff,
  readOnlyRoot,
  deviceAccess,
  outer,
];

/** The checks that are meant by areas (`cpu`) and ids (`cpu.quota`), or the first word that means none. */
export function chooseChecks(
  words: readonly string[],
): { readonly ok: true; readonly checks: readonly LimitCheck[] } | { readonly ok: false; readonly unknown: string } {
  if (words.length === 0) return { ok: true, checks: catalogue };
  const means = (word: string, { id, area }: LimitCheck): boolean => word === id || word === area;
  const unknown = words.find((word) => !catalogue.some((check) => means(word, check)));
  if (unknown !== undefined) return { ok: false, unknown };
  return { ok: true, checks: catalogue.filter((check) => words.some((word) => means(word, check))) };
}

/** What `chooseProofs` understands. */
export const checkNames: readonly string[] = [...limitAreas, ...catalogue.map(({ id }) => id)];
