import type { Fact } from '../facts';

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
