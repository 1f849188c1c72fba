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
import { outer } from './outer';
import { pids } from './pids';
import { areas, type Proof } from './proof';
import { shmSize, storageSize } from './space';

/** Every proof, in the order in which it is shown. */
export const catalogue: readonly Proof[] = [
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

/** The proofs that are meant by areas (`cpu`) and ids (`cpu.quota`), or the first word that means none. */
export function chooseProofs(
  words: readonly string[],
): { readonly ok: true; readonly proofs: readonly Proof[] } | { readonly ok: false; readonly unknown: string } {
  if (words.length === 0) return { ok: true, proofs: catalogue };
  const means = (word: string, { id, area }: Proof): boolean => word === id || word === area;
  const unknown = words.find((word) => !catalogue.some((proof) => means(word, proof)));
  if (unknown !== undefined) return { ok: false, unknown };
  return { ok: true, proofs: catalogue.filter((proof) => words.some((word) => means(word, proof))) };
}

/** What `chooseProofs` understands. */
export const proofWords: readonly string[] = [...areas, ...catalogue.map(({ id }) => id)];
