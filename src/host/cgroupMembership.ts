import { posix } from 'node:path';
import type { CgroupMembership, CgroupMount, CoveredCgroupMount, RuncMount } from './facts/cgroup';
import type { Mount } from './facts/mount';
import { MountTree } from './mounts';

/**
 * Where control groups are seen: the one reader of a table of mounts and of memberships, pure, for whatever asks. The
 * topmost mount of a place counts, and one that is covered does not exist, except to runc.
 */

/** `/proc/PID/cgroup` (cgroups(7)); lines that are none are left out. */
export function parseMemberships(text: string): CgroupMembership[] {
  const memberships: CgroupMembership[] = [];
  for (const line of text.split('\n')) {
    // The path may hold colons itself.
    const match = /^(\d{1,9}):([^:]*):(\/.*)$/su.exec(line);
    if (match === null) continue;
    const [, hierarchy = '', controllers = '', path = ''] = match;
    memberships.push({
      hierarchy: Number(hierarchy),
      controllers: controllers === '' ? [] : controllers.split(','),
      path,
    });
  }
  return memberships;
}

/** The key of the v2 tree where a controller's name stands for a v1 hierarchy. */
export const cgroup2 = 'cgroup2';

/** Whether a mount or a membership is of the hierarchy of that controller, or of the v2 tree. */
export function isOf(hierarchy: string, of: CgroupMount | CgroupMembership): boolean {
  if (hierarchy !== cgroup2) return of.controllers.includes(hierarchy);
  return 'version' in of ? of.version === 2 : of.hierarchy === 0;
}

/** Words of a v1 hierarchy's super options that are no controller. */
const superWords = new Set(['rw', 'ro', 'xattr', 'clone_children', 'noprefix', 'cpuset_v2_mode', 'seclabel']);

function isCgroup({ fsType }: Mount): boolean {
  return fsType === 'cgroup' || fsType === 'cgroup2';
}

function isUsual(mountPoint: string): boolean {
  return `${mountPoint}/`.startsWith('/sys/fs/cgroup/');
}

function describe({ fsType, superOptions, mountPoint, root, options }: Mount): CgroupMount {
  return {
    version: fsType === 'cgroup2' ? 2 : 1,
    controllers:
      fsType === 'cgroup2'
        ? []
        : superOptions.filter((word) => !superWords.has(word) && !word.startsWith('release_agent=')),
    mountPoint,
    root,
    // Of the mount: a hierarchy's own options keep the `ro` of its first mount when that is long writable.
    readOnly: options.includes('ro'),
  };
}

/** The mounts of control groups of one table, each list in its order. */
export interface CgroupTable {
  readonly visible: readonly CgroupMount[];
  readonly covered: readonly CoveredCgroupMount[];
  readonly runc: readonly RuncMount[];
}

/** A folder of runc's for a container, below the one that stands for the hierarchy. */
const ofContainer = '/docker/x';

/** The group that a folder shows: what is mounted there, and the way on from its mount point. */
function groupAt(tree: MountTree, folder: string, controller: string): string | undefined {
  const mount = tree.over(folder);
  if (mount === undefined || !isCgroup(mount) || !isOf(controller, describe(mount))) return undefined;
  return posix.join(mount.root, posix.relative(mount.mountPoint, folder));
}

/**
 * Whether runc 1.0 to 1.3 finds the group of a container that it made. It makes the group below `/sys/fs/cgroup`, in the
 * folder named like the first mount there, which the kernel looks up as everybody sees it. To show it to the container
 * it takes the group's path less the root of the mount that it took, below that one's mount point.
 * (libcontainer/cgroups/fs/paths.go; getCgroupMounts in libcontainer/rootfs_linux.go)
 */
function isFound(tree: MountTree, mounts: readonly Mount[], taken: Mount, controller: string): boolean {
  const home = mounts.find((mount) => isUsual(mount.mountPoint) && isOf(controller, describe(mount)));
  // Without one there runc makes no group of that controller, and shows what is mounted.
  if (home === undefined) return !tree.isCovered(taken);
  const made = groupAt(tree, `/sys/fs/cgroup/${posix.basename(home.mountPoint)}${ofContainer}`, controller);
  if (made === undefined) return false;
  const looked = posix.join(taken.mountPoint, posix.relative(taken.root, made));
  return groupAt(tree, looked, controller) === made;
}

function runcMounts(
  tree: MountTree,
  mounts: readonly Mount[],
  told: (mount: Mount) => RuncMount['taken'],
): RuncMount[] {
  const hierarchies = mounts.filter(({ fsType }) => fsType === 'cgroup');
  const seen = new Set<string>();
  return hierarchies.flatMap((taken): RuncMount[] => {
    const controllers = describe(taken).controllers.filter((name) => !seen.has(name));
    for (const name of controllers) seen.add(name);
    if (controllers.length === 0) return [];
    return [
      { controllers, taken: told(taken), found: controllers.every((name) => isFound(tree, hierarchies, taken, name)) },
    ];
  });
}

/** What a table of mounts shows of control groups. */
export function cgroupTable(mounts: readonly Mount[]): CgroupTable {
  const all = mounts.filter(isCgroup);
  // Ten thousand mounts of containers are not walked through where none is a control group.
  if (all.length === 0) return { visible: [], covered: [], runc: [] };
  const tree = new MountTree(mounts);
  const coverOf = (mount: Mount): CoveredCgroupMount['cover'] | undefined => {
    const over = tree.over(mount.mountPoint);
    return over === undefined || over === mount
      ? undefined
      : { fsType: over.fsType, mountPoint: over.mountPoint, root: over.root };
  };
  const told = (mount: Mount): RuncMount['taken'] => {
    const cover = coverOf(mount);
    return { ...describe(mount), ...(cover !== undefined && { cover }) };
  };
  const described = all.map(told);
  return {
    visible: described.filter((mount) => !('cover' in mount)),
    covered: described.filter((mount) => 'cover' in mount),
    runc: runcMounts(tree, all, told),
  };
}

/** One group on the way from a mount's top to the own one. */
export interface CgroupFolder {
  /** Absolute: `/sys/fs/cgroup/memory/docker`. */
  readonly folder: string;
  /** In the hierarchy, as `/proc/PID/cgroup` writes it. */
  readonly path: string;
}

/** Where a group is seen. */
export interface CgroupPlace {
  readonly mount: CgroupMount;
  /** The mount's top first, the own group last. */
  readonly levels: readonly CgroupFolder[];
}

/** It is not, and why. */
export interface NotVisible {
  readonly notVisible: string;
  /** The mount of its hierarchy that can be seen, if there is one. */
  readonly mount?: CgroupMount;
}

/**
 * Which folders lie between a mount's top and a group, the top first. The kernel writes paths and mount roots as the own
 * namespace sees them; `undefined` when the group is outside of what is mounted.
 */
export function levelFolders(mount: CgroupMount, path: string): readonly CgroupFolder[] | undefined {
  const root = mount.root === '/' ? '' : mount.root;
  // A group that was removed stays as a name, and what is above the mount's root is not there, though its path is known.
  if (path.endsWith(' (deleted)')) return undefined;
  if (path !== mount.root && !path.startsWith(`${root}/`)) return undefined;
  const parts = path
    .slice(root.length)
    .split('/')
    .filter((part) => part !== '');
  if (parts.includes('..')) return undefined;
  const top = mount.mountPoint === '/' ? '' : mount.mountPoint;
  return ['', ...parts].map((_part, index) => {
    const below = parts
      .slice(0, index)
      .map((part) => `/${part}`)
      .join('');
    return { folder: `${top}${below}` || '/', path: `${root}${below}` || '/' };
  });
}

/** The mount of a hierarchy that counts: the first in the table at the usual place, else the first at all. */
function usual(mounts: readonly CgroupMount[]): CgroupMount | undefined {
  return mounts.find(({ mountPoint }) => isUsual(mountPoint)) ?? mounts[0];
}

/** What a person calls a hierarchy. */
function nameOf(hierarchy: string): string {
  return hierarchy === cgroup2 ? 'cgroup v2' : hierarchy;
}

/** The group of a process in one hierarchy: that of a v1 controller, or `cgroup2`. Undefined: it is in none. */
export function placeOf(
  table: Pick<CgroupTable, 'visible' | 'covered'>,
  memberships: readonly CgroupMembership[],
  hierarchy: string,
): CgroupPlace | NotVisible | undefined {
  const path = memberships.find((membership) => isOf(hierarchy, membership))?.path;
  if (path === undefined) return undefined;
  const mount = usual(table.visible.filter((one) => isOf(hierarchy, one)));
  if (mount !== undefined) {
    const levels = levelFolders(mount, path);
    if (levels !== undefined) return { mount, levels };
    return {
      notVisible: `${path} is not below ${mount.root}, the part of ${nameOf(hierarchy)} at ${mount.mountPoint}`,
      mount,
    };
  }
  const hidden = table.covered.find((mount) => isOf(hierarchy, mount));
  return {
    notVisible:
      hidden === undefined
        ? `${nameOf(hierarchy)} is not mounted`
        : `the mount of ${nameOf(hierarchy)} at ${hidden.mountPoint} is covered by ${hidden.cover.fsType} at ${hidden.cover.mountPoint}`,
  };
}
