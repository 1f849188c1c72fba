import * as v from 'valibot';
import { mountSchema } from './mount';
import { factSchema, type FactsOf } from './schema';

/** `data`: dockerd's; `containerd`: that of its containerd, where it is known; `exec`: dockerd's `/var/run/docker`. */
export const storageRoleSchema = v.picklist(['data', 'containerd', 'exec', 'run', 'tmp']);
export type StorageRole = FactsOf<typeof storageRoleSchema>;

/** Where one folder lives, from `/proc/self/mountinfo` and statfs(2). */
export const storageRootSchema = v.object({
  role: storageRoleSchema,
  path: v.string(),
  /** The folder itself exists; otherwise everything below speaks of the nearest folder above that does. */
  exists: v.boolean(),
  /** The folder is a mount point of its own (a volume), not a part of the container's root. */
  ownMount: v.boolean(),
  mountPoint: v.string(),
  /** As mountinfo names it: `ext4`, `overlay`, `xfs`, `tmpfs`, `fuse.sshfs`. */
  fsType: v.string(),
  source: v.string(),
  options: v.array(v.string()),
  superOptions: v.array(v.string()),
  readOnly: v.boolean(),
  space: factSchema(
    v.object({
      totalBytes: v.number(),
      /** For root. */
      freeBytes: v.number(),
      /** For everybody else. */
      availableBytes: v.number(),
      /** 0: this file system counts none (btrfs). */
      totalInodes: v.number(),
      freeInodes: v.number(),
    }),
  ),
});
export type StorageRoot = FactsOf<typeof storageRootSchema>;

export const storageFactsSchema = v.object({
  roots: v.array(storageRootSchema),
  /** `/dev/fuse`. */
  devFuse: v.object({
    kind: v.picklist(['absent', 'character', 'other']),
    major: v.exactOptional(v.number()),
    minor: v.exactOptional(v.number()),
    accessible: v.boolean(),
  }),
  /** `fuse-overlayfs` is in a folder of the daemon's PATH, and would be taken when overlay2 is refused. */
  fuseOverlayfs: v.boolean(),
  /** Folders of storage drivers in the data root: `overlay2`, `vfs`; unreadable without root, see `root.dataRoot`. */
  drivers: factSchema(v.array(v.string())),
});
export type StorageFacts = FactsOf<typeof storageFactsSchema>;

/** What a rule needs of the mounts; a machine with 10 000 of them has no more here than a small one. */
export const mountFactsSchema = v.object({
  /** How many there are. */
  count: v.number(),
  /** The mount of `/`; its `propagation` is empty where it is private. */
  root: v.exactOptional(mountSchema),
  /**
   * In the kernel's order, at most 200: control groups, `/proc` and below, `/sys`, `/dev`, `/run` and below, `/tmp`, the
   * data roots and what covers them, the socket, what covers sudo, and FUSE of lxcfs and sysbox.
   */
  relevant: v.array(mountSchema),
});
export type MountFacts = FactsOf<typeof mountFactsSchema>;
