import type { Mount } from '../mounts';

/** What a rule needs of the mounts; a machine with 10 000 of them has no more here than a small one. */
export interface MountFacts {
  /** How many there are. */
  readonly count: number;
  /** The mount of `/`; its `propagation` is empty where it is private. */
  readonly root?: Mount;
  /**
   * In the kernel's order, at most 200: control groups, `/proc` and below, `/sys`, `/dev`, `/run` and below, `/tmp`, the
   * data roots and what covers them, the socket, what covers sudo, and FUSE of lxcfs and sysbox.
   */
  readonly relevant: readonly Mount[];
}
