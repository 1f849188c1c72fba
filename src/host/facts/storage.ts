import type { Fact } from './fact';
import type { Mount } from '../mounts';

/** `data`: dockerd's; `containerd`: the system containerd's; `exec`: dockerd's `/var/run/docker`. */
export type StorageRole = 'data' | 'containerd' | 'exec' | 'run' | 'tmp';

/** Where one folder lives, from `/proc/self/mountinfo` and statfs(2). */
export interface StorageRoot {
  readonly role: StorageRole;
  readonly path: string;
  /** The folder itself exists; otherwise everything below speaks of the nearest folder above that does. */
  readonly exists: boolean;
  /** The folder is a mount point of its own (a volume), not a part of the container's root. */
  readonly ownMount: boolean;
  readonly mountPoint: string;
  /** As mountinfo names it: `ext4`, `overlay`, `xfs`, `tmpfs`, `fuse.sshfs`. */
  readonly fsType: string;
  readonly source: string;
  readonly options: readonly string[];
  readonly superOptions: readonly string[];
  readonly readOnly: boolean;
  readonly space: Fact<{
    readonly totalBytes: number;
    /** For root. */
    readonly freeBytes: number;
    /** For everybody else. */
    readonly availableBytes: number;
    /** 0: this file system counts none (btrfs). */
    readonly totalInodes: number;
    readonly freeInodes: number;
  }>;
}

export interface StorageFacts {
  readonly roots: readonly StorageRoot[];
  /** `/dev/fuse`. */
  readonly devFuse: {
    readonly kind: 'absent' | 'character' | 'other';
    readonly major?: number;
    readonly minor?: number;
    readonly accessible: boolean;
  };
  /** `fuse-overlayfs` is in a folder of the daemon's PATH, and would be taken when overlay2 is refused. */
  readonly fuseOverlayfs: boolean;
  /** Folders of storage drivers in the data root: `overlay2`, `vfs`; unreadable without root, see `root.dataRoot`. */
  readonly drivers: Fact<readonly string[]>;
}

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
