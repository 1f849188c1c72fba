import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import type { StorageFacts, StorageRole, StorageRoot } from '../../host/facts/storage';
import { seenIn, fix, requiresHost, rule, seen, type Rule } from '../rule';
import { answers, engineInfo, engineMajor, lacksModule, option } from '../factSelectors';
import { MiB, formatBytes } from '../../util/format';

function rootOf(storage: StorageFacts, role: StorageRole): StorageRoot | undefined {
  return storage.roots.find((root) => root.role === role);
}

/** Free space for root: as this user sees it, else as the helper does. */
function spaceOf(storage: StorageFacts, facts: Facts, role: StorageRole) {
  const own = rootOf(storage, role);
  if (own === undefined) return undefined;
  const told = valueOf(facts.root)?.roots.find((root) => root.role === role && root.path === own.path);
  return valueOf(own.space) ?? (told === undefined ? undefined : valueOf(told.space));
}

/** Folders of storage drivers in the data root; undefined when neither we nor the helper could look. */
function driversOf(storage: StorageFacts, facts: Facts): readonly string[] | undefined {
  return valueOf(storage.drivers) ?? valueOf(facts.root)?.drivers;
}

const volume = 'docker run -v docker-data:/var/lib/docker ...';
const removedDrivers = ['aufs', 'devicemapper', 'overlay'];

/** File systems, drivers and free space. What is damaged in the data root is `databaseRules`. */
export const storageRules: readonly Rule[] = [
  rule({
    id: 'storage.data-root-full',
    needs: ['storage'],
    explains: [
      'daemon.containers-fail',
      'start.disk-full',
      'start.temporary-folder',
      'log.no-space',
      'socket.socket-absent',
      'socket.socket-dead',
    ],
    judge: ({ storage }, facts) => {
      const judged = (['data', 'containerd', 'run', 'tmp'] as const).flatMap((role) => {
        const space = spaceOf(storage, facts, role);
        const root = rootOf(storage, role);
        // A file system of size 0 is one of those that do not count (proc, some FUSE).
        if (space === undefined || root === undefined || root.readOnly || space.totalBytes === 0) return [];
        const inodes = space.totalInodes === 0 ? 1 : space.freeInodes / space.totalInodes;
        const free = space.freeBytes / space.totalBytes;
        const full = space.freeBytes < 16 * MiB || free < 0.005 || inodes < 0.001;
        const tight = role === 'data' && (space.freeBytes < 512 * MiB || inodes < 0.02);
        return full || tight ? [{ root, space, full, inodes: inodes < 0.02 }] : [];
      });
      const worst = judged.find(({ full }) => full) ?? judged[0];
      if (worst === undefined) {
        const data = rootOf(storage, 'data');
        return data !== undefined && spaceOf(storage, facts, 'data') === undefined
          ? { inconclusive: 'unreadable' in data.space ? data.space.unreadable : 'the space of the data root' }
          : undefined;
      }
      const { root, space, full, inodes } = worst;
      const left = inodes ? `${String(space.freeInodes)} inodes` : formatBytes(space.freeBytes);
      return {
        severity: full ? 'error' : 'warning',
        title: full ? `The file system of ${root.path} is full` : `The file system of ${root.path} is nearly full`,
        cause: `${left} are left of ${inodes ? String(space.totalInodes) : formatBytes(space.totalBytes)} at ${root.mountPoint}.`,
        evidence: judged.map((one) =>
          seen(
            `statfs ${one.root.path}`,
            `${String(one.space.freeBytes)} bytes, ${String(one.space.freeInodes)} inodes free`,
          ),
        ),
        consequence: "Docker can't pull images or create containers, and may not restart until space is freed.",
        remedy: answers(facts)
          ? fix(
              'Free space before Docker is restarted: unused images and build cache first.',
              'docker builder prune; docker image prune',
              'changes-data',
            )
          : fix(
              'See what takes the space, and make room: without a daemon nothing of it can be told apart, so do not delete in its data root.',
              `sudo du -xh --max-depth=2 ${root.mountPoint} | sort -h | tail -20`,
            ),
      };
    },
  }),
  rule({
    id: 'storage.data-root-readonly',
    needs: ['storage'],
    explains: ['start.*', 'socket.socket-absent', 'socket.socket-dead'],
    judge: ({ storage }, facts) => {
      const closed = storage.roots.find(({ role, readOnly }) => readOnly && (role === 'data' || role === 'exec'));
      if (closed === undefined) return undefined;
      return {
        severity: 'error',
        title: `${closed.path} is on a read-only file system`,
        cause: 'This container was started with --read-only, or the kernel remounted the file system after an error.',
        evidence: [
          seen('/proc/self/mountinfo', `${closed.mountPoint} ${closed.options.join(',')}`),
          ...(valueOf(facts.root)?.kernelLog ?? []).slice(-3).map((line) => seen('kernel log', line)),
        ],
        consequence: 'The daemon cannot write its data and does not start.',
        remedy: requiresHost('give it a writable volume.', volume),
      };
    },
  }),
  rule({
    id: 'storage.overlay-on-overlay',
    needs: ['storage'],
    explains: [
      'storage.vfs-fallback',
      'storage.fuse-overlayfs-without-device',
      'storage.configured-driver-unsupported',
      'start.driver-unsupported',
    ],
    judge: ({ storage }) => {
      const data = rootOf(storage, 'data');
      if (data?.fsType !== 'overlay') return undefined;
      return {
        severity: 'warning',
        title: 'The data of Docker lies in the writable layer of this container',
        cause: 'There is no volume at the data root, and overlayfs does not work on overlayfs.',
        evidence: [seen('/proc/self/mountinfo', `${data.path} is on ${data.fsType} (${data.mountPoint})`)],
        consequence:
          'The daemon falls back to a slow driver that copies every layer, and all is lost with the container.',
        remedy: requiresHost('give it a volume at the data root.', volume),
      };
    },
  }),
  rule({
    id: 'storage.overlay-module-missing',
    needs: ['kernel', 'capabilities'],
    explains: ['storage.vfs-fallback', 'storage.fuse-overlayfs-without-device', 'start.driver-unsupported'],
    judge: ({ kernel, capabilities }) => {
      if (kernel.filesystems.includes('overlay')) return undefined;
      const lacks = lacksModule(kernel, capabilities, 'OVERLAY_FS', 'overlay');
      if (lacks === undefined) return { inconclusive: 'the configuration of the kernel cannot be read' };
      if (!lacks) return undefined;
      return {
        severity: 'warning',
        title: 'The kernel has no overlayfs',
        cause: 'The module overlay is not loaded, and cannot be loaded from here.',
        evidence: [
          seen('/proc/filesystems', 'no overlay'),
          seen('/lib/modules', kernel.modulesFolder ? 'exists' : 'missing'),
        ],
        consequence: 'The daemon falls back to a slow driver that copies every layer.',
        remedy: requiresHost('load the module on the host.', 'modprobe overlay'),
      };
    },
  }),
  rule({
    id: 'storage.overlay-refused-eperm',
    needs: ['userNamespace', 'kernel'],
    explains: ['storage.vfs-fallback', 'storage.fuse-overlayfs-without-device'],
    judge: ({ userNamespace, kernel }) => {
      const [major = 0, minor = 0] = kernel.release.split('.').map((part) => Number.parseInt(part, 10));
      if (userNamespace.initial || major > 5 || (major === 5 && minor >= 11)) return undefined;
      return {
        severity: 'warning',
        title: 'This kernel does not allow overlayfs in a user namespace',
        cause: `Kernels before 5.11 refuse it; this is ${kernel.release}.`,
        evidence: [
          seen('/proc/self/uid_map', userNamespace.uidMap),
          seen('/proc/sys/kernel/osrelease', kernel.release),
        ],
        consequence: 'The daemon needs fuse-overlayfs, or copies every layer.',
        remedy: requiresHost(
          'use a newer kernel, or give the container /dev/fuse.',
          'docker run --device /dev/fuse ...',
        ),
      };
    },
  }),
  rule({
    id: 'storage.vfs-fallback',
    needs: ['engine', 'daemonConfig'],
    judge: ({ daemonConfig }, facts) => {
      const info = engineInfo(facts);
      if (info?.driver !== 'vfs' || option(daemonConfig, 'storage-driver') === 'vfs') return undefined;
      return {
        severity: 'warning',
        title: 'The daemon uses the storage driver vfs, which nobody chose',
        cause: 'overlay2 was refused when the daemon started; the log has the reason as "failed to mount overlay".',
        evidence: [seen('GET /info Driver', info.driver)],
        consequence: 'Each layer is a full copy: slow, and many times the disk space.',
        remedy: fix('Read why overlay2 was refused.', 'dind-station logs | grep -i overlay'),
      };
    },
  }),
  rule({
    id: 'storage.fuse-overlayfs-without-device',
    needs: ['engine', 'storage'],
    judge: ({ storage }, facts) => {
      const { kind, major, minor, accessible } = storage.devFuse;
      if (engineInfo(facts)?.driver !== 'fuse-overlayfs') return undefined;
      if (kind === 'character' && major === 10 && minor === 229) return undefined;
      return {
        severity: 'error',
        title: 'The storage driver fuse-overlayfs has no device',
        cause: `/dev/fuse is ${kind === 'absent' ? 'missing' : 'not the device 10:229'}.`,
        evidence: [
          seen('GET /info Driver', 'fuse-overlayfs'),
          seen('/dev/fuse', `${kind}, accessible: ${String(accessible)}`),
        ],
        consequence: 'Images can be pulled, and no container can be made.',
        remedy: fix('Create the device.', 'sudo mknod -m 0666 /dev/fuse c 10 229'),
      };
    },
  }),
  rule({
    id: 'storage.configured-driver-unsupported',
    needs: ['daemonConfig', 'storage'],
    explains: ['start.driver-unsupported', 'start.driver-removed', 'socket.socket-absent', 'socket.socket-dead'],
    judge: ({ daemonConfig, storage }, facts) => {
      const driver = option(daemonConfig, 'storage-driver');
      const fsType = rootOf(storage, 'data')?.fsType;
      if (typeof driver !== 'string' || driver === '' || answers(facts)) return undefined;
      const wrong =
        (driver === 'overlay2' && fsType === 'overlay') ||
        (['btrfs', 'zfs'].includes(driver) && fsType !== driver) ||
        (removedDrivers.includes(driver) && (engineMajor(facts) ?? 24) >= 24);
      if (!wrong) return undefined;
      return {
        severity: 'error',
        title: `The storage driver ${driver} cannot be used here`,
        cause: removedDrivers.includes(driver)
          ? 'Engines from 24 on have no such driver any more.'
          : `The data root is on ${fsType ?? 'an unknown file system'}.`,
        evidence: [seenIn(daemonConfig, 'storage-driver', driver), seen('/proc/self/mountinfo', fsType)],
        consequence: 'The daemon does not start.',
        remedy: fix(
          'Remove "storage-driver"; images made with another driver stay, but are not seen.',
          `sudo editor ${daemonConfig.file.path}`,
          'changes-data',
        ),
      };
    },
  }),
  rule({
    id: 'storage.images-vanished-driver-changed',
    needs: ['engine', 'storage'],
    judge: ({ storage }, facts) => {
      const info = engineInfo(facts);
      if (info === undefined || info.images > 0) return undefined;
      const drivers = driversOf(storage, facts);
      if (drivers === undefined) return { inconclusive: 'the folders of storage drivers in the data root' };
      const snapshots = info.driverStatus.some(([, value]) => value.includes('io.containerd.snapshotter'));
      const others = drivers.filter((name) => name !== info.driver);
      if (others.length === 0 || snapshots) return undefined;
      return {
        severity: 'warning',
        title: 'Images of another storage driver are left in the data root',
        cause: `The daemon uses ${info.driver} now; there is data of ${others.join(', ')}.`,
        evidence: [seen('GET /info Driver', info.driver), seen('data root', drivers.join(' '))],
        consequence: 'Those images are not seen, and take space.',
        remedy: fix(
          `Set "storage-driver" to ${others[0] ?? ''} once to save them, or pull them again.`,
          'docker save -o images.tar IMAGE',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'storage.images-vanished-containerd-store',
    needs: ['engine', 'storage'],
    judge: ({ storage }, facts) => {
      const info = engineInfo(facts);
      if (info === undefined || info.images > 0) return undefined;
      if (!info.driverStatus.some(([, value]) => value.includes('io.containerd.snapshotter'))) return undefined;
      const drivers = driversOf(storage, facts);
      if (drivers === undefined) return { inconclusive: 'the folders of storage drivers in the data root' };
      if (!drivers.includes('overlay2')) return undefined;
      return {
        severity: 'warning',
        title: 'The daemon keeps images in containerd now; those of before are not seen',
        cause: '"containerd-snapshotter" is on, or this engine has it on by default.',
        evidence: [seen('GET /info DriverStatus', info.driverStatus), seen('data root', drivers.join(' '))],
        consequence: 'Images seem gone; they come back when it is switched off.',
        remedy: fix(
          'Set "containerd-snapshotter" under "features" to false, or pull the images again.',
          'sudo editor /etc/docker/daemon.json',
          'restarts-daemon',
        ),
      };
    },
  }),
];
