import * as v from 'valibot';
import type { FactsOf } from './schema';

/** A line of `/proc/self/mountinfo` (proc_pid_mountinfo(5)). */
export const mountSchema = v.object({
  id: v.number(),
  parentId: v.number(),
  /** `major:minor` */
  device: v.string(),
  /** What of the file system is mounted: `/`, or a folder or file of it for a bind mount. */
  root: v.string(),
  mountPoint: v.string(),
  /** Of this mount: `rw`, `nosuid`, ... What of the file system itself is `superOptions`. */
  options: v.array(v.string()),
  /** Propagation: `shared:1`, `master:2`, `unbindable`; empty is private. */
  propagation: v.array(v.string()),
  fsType: v.string(),
  source: v.string(),
  superOptions: v.array(v.string()),
});
export type Mount = FactsOf<typeof mountSchema>;
