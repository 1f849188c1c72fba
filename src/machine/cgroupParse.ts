import type { CgroupController, CgroupMembership, CgroupMount } from './facts/cgroup';
import type { Mount } from './mounts';

/** `/proc/self/cgroup` (cgroups(7)); lines that are none are left out. */
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

/** `/proc/cgroups`: name, hierarchy, number of cgroups, enabled. */
export function parseKernelControllers(text: string): CgroupController[] {
  const controllers: CgroupController[] = [];
  for (const line of text.split('\n')) {
    const [name = '', hierarchy = '', , enabled = ''] = line.split(/\s+/u);
    if (name === '' || name.startsWith('#') || !/^\d{1,9}$/u.test(hierarchy) || !/^[01]$/u.test(enabled)) continue;
    controllers.push({ name, hierarchy: Number(hierarchy), enabled: enabled === '1' });
  }
  return controllers;
}

/** Words of a v1 hierarchy's super options that are no controller. */
const superWords = new Set(['rw', 'ro', 'xattr', 'clone_children', 'noprefix', 'cpuset_v2_mode', 'seclabel']);

/** The control group hierarchies among the mounts. */
export function cgroupMounts(mounts: readonly Mount[]): CgroupMount[] {
  return mounts.flatMap((mount): CgroupMount[] => {
    if (mount.fsType !== 'cgroup' && mount.fsType !== 'cgroup2') return [];
    const controllers =
      mount.fsType === 'cgroup2'
        ? []
        : mount.superOptions.filter((word) => !superWords.has(word) && !word.startsWith('release_agent='));
    return [
      {
        version: mount.fsType === 'cgroup2' ? 2 : 1,
        controllers,
        mountPoint: mount.mountPoint,
        root: mount.root,
        // Of the mount: a hierarchy's own options keep the `ro` of its first mount when that is long writable.
        readOnly: mount.options.includes('ro'),
      },
    ];
  });
}

/** v1 has no word for "no limit" but the largest multiple of a page; whatever is near 2^63 is none. */
const practicallyNone = 2 ** 62;

/** A limit file: a number, or `max`; -1 and a number near 2^63 mean the same on v1. Undefined when it is neither. */
export function parseLimit(text: string | undefined): number | 'max' | undefined {
  const word = text?.trim();
  if (word === undefined || !/^(max|-1|\d{1,20})$/u.test(word)) return undefined;
  const value = Number(word);
  return word === 'max' || value < 0 || value >= practicallyNone ? 'max' : value;
}

/** v2 `cpu.max`: quota and period in microseconds, or `max`. Gives CPUs' worth of time. */
export function parseCpuMax(text: string | undefined): number | 'max' | undefined {
  const [quota = '', period = '100000'] = (text ?? '').trim().split(/\s+/u);
  if (quota === 'max') return 'max';
  return /^\d{1,15}$/u.test(quota) && /^[1-9]\d{0,9}$/u.test(period) ? Number(quota) / Number(period) : undefined;
}

/** A file of `key number` lines, such as `memory.events`; other lines are left out. */
export function parseCounters(text: string | undefined): Record<string, number> | undefined {
  if (text === undefined) return undefined;
  const counters: [string, number][] = [];
  for (const line of text.split('\n')) {
    const match = /^(\w{1,64}) (\d{1,20})$/u.exec(line);
    if (match?.[1] !== undefined) counters.push([match[1], Number(match[2])]);
  }
  return Object.fromEntries(counters);
}

/** avg10 of the `full` line of a pressure file, percent. */
export function parseFullPressure(text: string | undefined): number | undefined {
  const found = /^full avg10=(\d+\.\d+)/mu.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Words of a line, such as `cgroup.controllers`. */
export function parseWords(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/u).filter((word) => word !== '');
}

/**
 * Which folders lie between a mount's top and the own cgroup, the top first. The kernel writes paths and mount roots
 * as the own namespace sees them; `undefined` when the own cgroup lies outside of what is mounted.
 */
export function levelFolders(mount: CgroupMount, path: string): readonly string[] | undefined {
  // A container in the host's namespace has its own cgroup as the mount's root: what is above is not there.
  const inside = mount.root === '/' ? path : path === mount.root ? '/' : path.slice(mount.root.length);
  if (mount.root !== '/' && path !== mount.root && !path.startsWith(`${mount.root}/`)) return undefined;
  const parts = inside.split('/').filter((part) => part !== '');
  if (parts.includes('..')) return undefined;
  const top = mount.mountPoint === '/' ? '' : mount.mountPoint;
  return parts.reduce<string[]>(
    (folders, part) => [...folders, `${folders.at(-1) ?? top}/${part}`],
    [top === '' ? '/' : top],
  );
}
