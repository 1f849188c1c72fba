import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stateFile } from '../helper/paths';
import { systemSocket } from './containerdLife';
import { parseFlags } from './daemonConfig';
import type { StorageFacts, StorageRole, StorageRoot } from './facts/storage';
import { isWithin, mountOver } from './mountFacts';
import type { Mount } from './facts/mount';
import { inDaemonPath } from './programs';
import { exists, isUnreadable, unreadable, type ReadResult } from './readResult';
import { realPath } from './realPath';

async function readSpace(root: string, path: string): Promise<StorageRoot['space']> {
  try {
    const found = await statfs(join(root, path));
    const bytes = (blocks: number): number => blocks * found.bsize;
    return {
      value: {
        totalBytes: bytes(found.blocks),
        freeBytes: bytes(found.bfree),
        availableBytes: bytes(found.bavail),
        totalInodes: found.files,
        freeInodes: found.ffree,
      },
    };
  } catch (error) {
    return unreadable(path, error);
  }
}

/** The nearest folder at or above `path` that there is. */
async function nearest(root: string, path: string): Promise<string> {
  let folder = path;
  while (folder !== '/' && !(await exists(root, folder))) folder = dirname(folder);
  return folder;
}

async function readRoot(
  root: string,
  mounts: readonly Mount[],
  role: StorageRole,
  path: string,
): Promise<StorageRoot | undefined> {
  const resolved = (await realPath(path, root)) ?? path;
  const folder = await nearest(root, resolved);
  // The mount of the place itself: where a folder above is closed to us, the kernel's list tells of it all the same.
  const mount = mountOver(mounts, resolved);
  if (mount === undefined) return undefined;
  return {
    role,
    path,
    exists: folder === resolved,
    ownMount: mount.mountPoint === resolved,
    mountPoint: mount.mountPoint,
    fsType: mount.fsType,
    source: mount.source,
    options: mount.options,
    superOptions: mount.superOptions,
    readOnly: mount.options.includes('ro') || mount.superOptions.includes('ro'),
    space: await readSpace(root, isWithin(folder, mount.mountPoint) ? folder : resolved),
  };
}

async function readFuse(root: string): Promise<StorageFacts['devFuse']> {
  const path = join(root, '/dev/fuse');
  try {
    const found = await stat(path);
    const accessible = await access(path, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!found.isCharacterDevice()) return { kind: 'other', accessible };
    // The kernel's encoding of dev_t, makedev(3), for the numbers a driver of old can have.
    return { kind: 'character', major: (found.rdev >> 8) & 0xfff, minor: found.rdev & 0xff, accessible };
  } catch {
    // Absent, which is the fact; a folder /dev that may not be passed has no device for us either.
    return { kind: 'absent', accessible: false };
  }
}

const driverFolders = new Set(['overlay2', 'overlay', 'fuse-overlayfs', 'vfs', 'btrfs', 'zfs', 'aufs', 'devicemapper']);

async function readDrivers(root: string, dataRoot: string): Promise<StorageFacts['drivers']> {
  try {
    return { value: (await readdir(join(root, dataRoot))).filter((name) => driverFolders.has(name)).sort() };
  } catch (error) {
    return unreadable(dataRoot, error);
  }
}

/** Where the daemon keeps things; from its configuration. */
export interface StoragePlaces {
  readonly dataRoot: string;
  readonly execRoot: string;
  /** Undefined where it cannot be known. */
  readonly containerdRoot: string | undefined;
}

/**
 * Where the containerd of a daemon keeps images and layers: `containerd/daemon` in the data root where dockerd or the helper launched
 * it for this daemon, `/var/lib/containerd` where it is that of the system without a configuration of its own. Undefined where
 * it is neither for certain: its processes are hidden, or it has a configuration that nobody reads here.
 *
 * @param named the address that dockerd was given, by flag or file
 * @param containerds arguments of those that run
 */
export function containerdRoot(
  named: string | undefined,
  containerds: readonly (readonly string[])[],
  { dataRoot, execRoot }: Pick<StoragePlaces, 'dataRoot' | 'execRoot'>,
): string | undefined {
  const own = join(dataRoot, 'containerd/daemon');
  const ownConfigs = [join(dirname(stateFile), 'containerd.toml'), join(execRoot, 'containerd/containerd.toml')];
  const address = named?.replace(/^unix:\/\//u, '');
  if (address === join(execRoot, 'containerd/containerd.sock')) return own;
  const flags = containerds.map((argv) => parseFlags(argv));
  if (address === undefined && flags.some(({ config = [] }) => ownConfigs.includes(config.at(-1) ?? ''))) return own;
  const ofTheSystem = flags.some((given) => ['config', 'c', 'root', 'address', 'a'].every((name) => !(name in given)));
  return ofTheSystem && (address ?? systemSocket) === systemSocket ? '/var/lib/containerd' : undefined;
}

/** Never throws. */
export async function readStorage(
  mounts: ReadResult<readonly Mount[]>,
  places: StoragePlaces,
  root = '/',
): Promise<ReadResult<StorageFacts>> {
  if (isUnreadable(mounts)) return mounts;
  const wanted: readonly (readonly [StorageRole, string])[] = [
    ['data', places.dataRoot],
    ...(places.containerdRoot === undefined ? [] : [['containerd', places.containerdRoot] as const]),
    ['exec', places.execRoot],
    ['run', '/run'],
    ['tmp', '/tmp'],
  ];
  const [roots, devFuse, fuse, drivers] = await Promise.all([
    Promise.all(wanted.map(([role, path]) => readRoot(root, mounts, role, path))),
    readFuse(root),
    inDaemonPath(root, 'fuse-overlayfs'),
    readDrivers(root, places.dataRoot),
  ]);
  return {
    roots: roots.filter((found) => found !== undefined),
    devFuse,
    fuseOverlayfs: fuse !== undefined,
    drivers,
  };
}
