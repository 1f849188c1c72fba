import type { Area } from '../../limits/proof';

/** Areas of proofs as a person reads them. */
export const areaLabels: Readonly<Record<Area, string>> = {
  cpu: 'CPU',
  memory: 'Memory',
  pids: 'Processes',
  io: 'Block I/O',
  files: 'Files and space',
  isolation: 'Isolation',
  outer: 'Around the engine',
};
