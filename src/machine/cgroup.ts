import { readLevel1, readLevel2 } from './cgroupLevel';
import { cgroupMounts, levelFolders, parseKernelControllers, parseMemberships } from './cgroupParse';
import type { CgroupFacts, CgroupLevel, CgroupMembership, CgroupMount, EffectiveLimit } from './facts/cgroup';
import type { Mount } from './mounts';
import { defined, exists, isUnreadable, readText, textOf, type Reading } from './reading';

/** v1 controllers that bound a container or that dockerd cannot start without. */
const v1Controllers = ['cpu', 'memory', 'pids', 'cpuset', 'devices'] as const;

/** Deeper than any runtime nests; what lies between is left out, the top and the own level stay. */
const mostLevels = 32;

/** The own mount of a hierarchy: the uppermost where several lie over each other, and `/sys/fs/cgroup` before copies. */
function mountOf(mounts: readonly CgroupMount[], isIt: (mount: CgroupMount) => boolean): CgroupMount | undefined {
  const all = mounts.filter(isIt);
  return all.findLast(({ mountPoint }) => mountPoint.startsWith('/sys/fs/cgroup')) ?? all.at(-1);
}

async function levelsOf(
  mount: CgroupMount | undefined,
  membership: CgroupMembership | undefined,
  read: (folder: string) => Promise<CgroupLevel | undefined>,
): Promise<CgroupLevel[]> {
  if (mount === undefined || membership === undefined) return [];
  // Where the own cgroup is not below the mount, what is mounted is still what a daemon would use.
  const all = levelFolders(mount, membership.path) ?? [mount.mountPoint];
  const folders = all.length > mostLevels ? [...all.slice(0, mostLevels / 2), ...all.slice(-mostLevels / 2)] : all;
  return (await Promise.all(folders.map(read))).filter((level) => level !== undefined);
}

/** The smallest limit and the uppermost level that sets it. */
export function smallestLimit(
  levels: readonly CgroupLevel[],
  limitOf: (level: CgroupLevel) => number | 'max' | undefined,
): EffectiveLimit<number> {
  let smallest: EffectiveLimit<number> = { value: 'max' };
  for (const level of levels) {
    const limit = limitOf(level);
    if (typeof limit !== 'number') continue;
    if (smallest.value === 'max' || limit < smallest.value) smallest = { value: limit, folder: level.folder };
  }
  return smallest;
}

type Namespace = CgroupFacts['namespace'];

/**
 * Whose control groups these are. A namespace shows its own root as `/` and what is outside as `/..`; the machine's
 * root alone has no `cgroup.type` (v2) and alone has a `release_agent` (v1).
 *
 * @param nested whether one of these two files says that the mount's top is not the machine's root; undefined: unknown
 */
export function judgeNamespace(
  mount: CgroupMount | undefined,
  membership: CgroupMembership | undefined,
  nested: { readonly source: string; readonly value: string; readonly is: boolean } | undefined,
  sameAsInit: boolean | undefined,
): Namespace {
  if (mount === undefined || membership === undefined) return { kind: 'unknown', evidence: [] };
  const evidence = [
    { source: '/proc/self/cgroup', value: membership.path },
    { source: '/proc/self/mountinfo', value: `${mount.mountPoint} is ${mount.root} of the hierarchy` },
  ];
  if (nested !== undefined) evidence.push({ source: nested.source, value: nested.value });
  if (sameAsInit !== undefined) {
    evidence.push({ source: '/proc/1/cgroup', value: sameAsInit ? 'the same path' : 'another path' });
  }
  if (mount.root !== '/' || membership.path.includes('/..')) return { kind: 'host', evidence };
  if (nested !== undefined) return { kind: nested.is ? 'private' : 'host', evidence };
  return { kind: membership.path === '/' ? 'unknown' : 'host', evidence };
}

/** See `judgeNamespace`; undefined where the top of the mount could not be read at all. */
async function readNested(
  root: string,
  mount: CgroupMount | undefined,
  top: CgroupLevel | undefined,
): Promise<Parameters<typeof judgeNamespace>[2]> {
  if (mount === undefined || top?.folder !== mount.mountPoint || top.processCount === undefined) return undefined;
  const name = mount.version === 2 ? 'cgroup.type' : 'release_agent';
  const there = mount.version === 2 ? top.type !== undefined : await exists(root, `${mount.mountPoint}/${name}`);
  return {
    source: `${mount.mountPoint}/${name}`,
    value: there ? 'exists' : 'does not exist',
    is: mount.version === 2 ? there : !there,
  };
}

function versionOf(mounts: readonly CgroupMount[]): CgroupFacts['version'] {
  // A named hierarchy without a controller (systemd's) is no v1 set-up.
  const v1 = mounts.some(
    ({ version, controllers }) => version === 1 && controllers.some((name) => !name.includes('=')),
  );
  const v2 = mounts.some(({ version }) => version === 2);
  if (v1) return v2 ? 'hybrid' : 'v1';
  return v2 ? 'v2' : 'none';
}

/** The control groups of this process in the tree at `root`. Never throws. */
export async function readCgroups(mountsRead: Reading<readonly Mount[]>, root = '/'): Promise<Reading<CgroupFacts>> {
  if (isUnreadable(mountsRead)) return mountsRead;
  const [own, init, kernel] = await Promise.all([
    readText(root, '/proc/self/cgroup'),
    textOf(root, '/proc/1/cgroup'),
    textOf(root, '/proc/cgroups'),
  ]);
  if (isUnreadable(own)) return own;
  const mounts = cgroupMounts(mountsRead);
  const memberships = parseMemberships(own.text);
  const initPaths = init === undefined ? undefined : parseMemberships(init);

  const v2 = mountOf(mounts, ({ version }) => version === 2);
  const own2 = memberships.find(({ hierarchy }) => hierarchy === 0);
  const [levels, dockerLevel, v1Levels] = await Promise.all([
    levelsOf(v2, own2, (folder) => readLevel2(root, folder)),
    v2 === undefined ? undefined : readLevel2(root, `${v2.mountPoint}/docker`),
    Promise.all(
      v1Controllers.map(async (controller): Promise<[string, CgroupLevel[]]> => {
        const isIt = ({ controllers }: { readonly controllers: readonly string[] }): boolean =>
          controllers.includes(controller);
        const mount = mountOf(mounts, (candidate) => candidate.version === 1 && isIt(candidate));
        const read = (folder: string): Promise<CgroupLevel | undefined> => readLevel1(root, folder, [controller]);
        return [controller, await levelsOf(mount, memberships.find(isIt), read)];
      }),
    ),
  ]);
  const byController = Object.fromEntries(v1Levels.filter(([, found]) => found.length > 0));
  const version = versionOf(mounts);
  // On a hybrid machine the v1 hierarchies are those that bound a container.
  const [mount, membership, top] =
    version === 'v2'
      ? [v2, own2, levels[0]]
      : [
          mountOf(mounts, ({ version, controllers }) => version === 1 && controllers.includes('memory')),
          memberships.find(({ controllers }) => controllers.includes('memory')),
          byController['memory']?.[0],
        ];
  const initMembership = initPaths?.find(({ hierarchy }) => hierarchy === membership?.hierarchy);
  const of = (controller: string): readonly CgroupLevel[] => [...levels, ...(byController[controller] ?? [])];

  return defined({
    version,
    mounts,
    memberships,
    kernelControllers: parseKernelControllers(kernel ?? ''),
    namespace: judgeNamespace(
      mount,
      membership,
      await readNested(root, mount, top),
      initMembership === undefined || membership === undefined ? undefined : initMembership.path === membership.path,
    ),
    levels,
    v1Levels: byController,
    dockerLevel,
    effective: defined({
      cpus: smallestLimit(of('cpu'), ({ limits }) => limits.cpus),
      memoryBytes: smallestLimit(of('memory'), ({ limits }) => limits.memoryBytes),
      pids: smallestLimit(of('pids'), ({ limits }) => limits.pids),
      cpuset: (byController['cpuset'] ?? levels).findLast(({ limits }) => limits.cpuset !== undefined)?.limits.cpuset,
    }),
  });
}
