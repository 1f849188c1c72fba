import { readLevel1, readLevel2 } from './cgroupLevel';
import { parseKernelControllers } from './cgroupParse';
import {
  cgroup2,
  cgroupTable,
  isOf,
  parseMemberships,
  placeOf,
  type CgroupPlace,
  type CgroupTable,
  type NotVisible,
} from './cgroupMembership';
import type {
  CgroupFacts,
  CgroupLevel,
  CgroupMembership,
  CgroupMount,
  DaemonMounts,
  EffectiveLimit,
} from './facts/cgroup';
import type { Mount } from './facts/mount';
import { mountsReader, type MountsReader } from './mounts';
import { defined, exists, isUnreadable, readText, textOf, type ReadResult } from './readResult';

/** v1 controllers that bound a container or that dockerd cannot start without. */
const v1Controllers = ['cpu', 'memory', 'pids', 'cpuset', 'devices'] as const;

/** Deeper than any runtime nests; what lies between is left out, the top and the own level stay. */
const maxLevels = 32;

async function levelsOf(
  place: CgroupPlace | NotVisible | undefined,
  read: (folder: string) => Promise<CgroupLevel | undefined>,
): Promise<CgroupLevel[]> {
  if (place?.mount === undefined) return [];
  // Where the own group cannot be seen, the top of what can is still where a daemon makes its groups.
  const all = 'levels' in place ? place.levels.map(({ folder }) => folder) : [place.mount.mountPoint];
  const folders = all.length > maxLevels ? [...all.slice(0, maxLevels / 2), ...all.slice(-maxLevels / 2)] : all;
  return (await Promise.all(folders.map(read))).filter((level) => level !== undefined);
}

/** The smallest limit and the uppermost level that sets it. `isWhole`: no level of the own group is hidden. */
function smallestLimit(
  levels: readonly CgroupLevel[],
  limitOf: (level: CgroupLevel) => number | 'max' | undefined,
  isWhole: boolean,
): EffectiveLimit {
  let smallest: EffectiveLimit = { value: isWhole ? 'max' : 'unknown' };
  for (const level of levels) {
    const limit = limitOf(level);
    if (typeof limit !== 'number') continue;
    if (typeof smallest.value !== 'number' || limit < smallest.value) smallest = { value: limit, folder: level.folder };
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

interface Daemon {
  readonly pid: number;
  readonly comm: string;
}

/** The tables of mounts of the daemons, each compared with our own. */
async function readDaemons(
  own: readonly Mount[],
  { visible, runc }: CgroupTable,
  daemons: Promise<readonly Daemon[]>,
  read: MountsReader,
): Promise<DaemonMounts[]> {
  const ours = JSON.stringify({ mounts: visible, runc });
  // A list that was met before is not judged again: it may have ten thousand mounts.
  const tables = new Map<readonly Mount[], DaemonMounts['table']>([[own, 'same']]);
  const tableOf = (mounts: readonly Mount[]): DaemonMounts['table'] => {
    const { visible, runc } = cgroupTable(mounts);
    const table = { mounts: visible, runc };
    return JSON.stringify(table) === ours ? 'same' : table;
  };
  return Promise.all(
    (await daemons).map(async ({ pid, comm }): Promise<DaemonMounts> => {
      const mounts = await read(pid);
      if (isUnreadable(mounts)) return { pid, comm, table: mounts };
      const table = tables.get(mounts) ?? tableOf(mounts);
      tables.set(mounts, table);
      return { pid, comm, table };
    }),
  );
}

/**
 * The control groups of this process in the tree at `root`. Never throws.
 *
 * @param daemons living daemons and containerds, whose tables of mounts may be others
 * @param read what the mounts were read with
 */
export async function readCgroups(
  mountsRead: ReadResult<readonly Mount[]>,
  root = '/',
  daemons: Promise<readonly Daemon[]> = Promise.resolve([]),
  read: MountsReader = mountsReader(root),
): Promise<ReadResult<CgroupFacts>> {
  if (isUnreadable(mountsRead)) return mountsRead;
  const [own, init, kernel] = await Promise.all([
    readText(root, '/proc/self/cgroup'),
    textOf(root, '/proc/1/cgroup'),
    textOf(root, '/proc/cgroups'),
  ]);
  if (isUnreadable(own)) return own;
  const table = cgroupTable(mountsRead);
  const { visible: mounts, covered, runc } = table;
  const memberships = parseMemberships(own.text);
  const place = (hierarchy: string): CgroupPlace | NotVisible | undefined => placeOf(table, memberships, hierarchy);

  const v2 = place(cgroup2);
  const v1 = v1Controllers.map((controller) => [controller, place(controller)] as const);
  const [levels, dockerLevel, v1Levels, daemonMounts] = await Promise.all([
    levelsOf(v2, (folder) => readLevel2(root, folder)),
    v2?.mount === undefined ? undefined : readLevel2(root, `${v2.mount.mountPoint}/docker`),
    Promise.all(
      v1.map(async ([controller, found]): Promise<[string, CgroupLevel[]]> => [
        controller,
        await levelsOf(found, (folder) => readLevel1(root, folder, [controller])),
      ]),
    ),
    readDaemons(mountsRead, table, daemons, read),
  ]);
  const byController = Object.fromEntries(v1Levels.filter(([, found]) => found.length > 0));
  const version = versionOf(mounts);
  const notVisible = Object.fromEntries(
    [[cgroup2, v2] as const, ...v1].flatMap(([hierarchy, found]) =>
      // Where the controllers are on v1, a v2 tree that is not mounted limits nothing.
      found === undefined || 'levels' in found || (hierarchy === cgroup2 && !found.mount && version !== 'v2')
        ? []
        : [[hierarchy, found.notVisible]],
    ),
  );
  // On a hybrid machine the v1 hierarchies are those that bound a container.
  const counting = version === 'v2' ? cgroup2 : 'memory';
  const top = version === 'v2' ? levels[0] : byController['memory']?.[0];
  const counted = (list: readonly CgroupMembership[] | undefined): CgroupMembership | undefined =>
    list?.find((one) => isOf(counting, one));
  const mount = place(counting)?.mount;
  const [membership, initMembership] = [
    counted(memberships),
    counted(init === undefined ? undefined : parseMemberships(init)),
  ];
  const of = (controller: string): readonly CgroupLevel[] => [...levels, ...(byController[controller] ?? [])];
  /** A controller is of one version: of v2 where no v1 hierarchy has it. */
  const isWhole = (controller: string): boolean =>
    notVisible[memberships.some((one) => isOf(controller, one)) ? controller : cgroup2] === undefined;

  return defined({
    version,
    mounts,
    covered,
    notVisible,
    runc,
    daemons: daemonMounts,
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
      cpus: smallestLimit(of('cpu'), ({ limits }) => limits.cpus, isWhole('cpu')),
      memoryBytes: smallestLimit(of('memory'), ({ limits }) => limits.memoryBytes, isWhole('memory')),
      pids: smallestLimit(of('pids'), ({ limits }) => limits.pids, isWhole('pids')),
      cpuset: (byController['cpuset'] ?? levels).findLast(({ limits }) => limits.cpuset !== undefined)?.limits.cpuset,
    }),
  });
}
