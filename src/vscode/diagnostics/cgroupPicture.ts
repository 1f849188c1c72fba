import type { CgroupFacts, CgroupLevel, CgroupLimits, EffectiveLimit } from '../../host/facts/cgroup';
import type { CgroupNode, CgroupPicture, ControllerMark, Row } from '../../webview/protocol';
import { sanitizeForPage } from '../../util/sanitize';
import { formatBytes, formatCount } from '../../util/format';

/** What limits of containers are made of; the other controllers of a kernel are of no concern here. */
const shownControllers = ['cpu', 'cpuset', 'io', 'memory', 'pids'] as const;

const versions: Readonly<Record<CgroupFacts['version'], string>> = {
  v1: 'Version 1: each controller has a tree of its own.',
  v2: 'Version 2: one tree, delegated level by level.',
  hybrid: 'Hybrid: the controllers are on version 1, beside a version 2 tree that has none or few of them.',
  none: 'No control groups are mounted that this process can see.',
};

const namespaces: Readonly<Record<CgroupFacts['namespace']['kind'], string>> = {
  private: 'The tree begins at a namespace of this container.',
  host: "The tree is the whole machine's.",
  unknown: 'Whether the tree begins at a namespace of this container could not be told.',
};

function limitRows(limits: CgroupLimits, usage: CgroupLevel['usage']): Row[] {
  const rows: Row[] = [];
  const { cpus, memoryBytes, pids, cpuset } = limits;
  if (cpus !== undefined && cpus !== 'max') rows.push({ label: 'CPU limit', value: `${String(cpus)} CPUs` });
  if (cpuset !== undefined && cpuset !== '') rows.push({ label: 'CPUs', value: sanitizeForPage(cpuset, 100) });
  const used = usage.memoryBytes === undefined ? '' : `${formatBytes(usage.memoryBytes)} used`;
  if (memoryBytes !== undefined && memoryBytes !== 'max') {
    rows.push({
      label: 'Memory limit',
      value: used === '' ? formatBytes(memoryBytes) : `${formatBytes(memoryBytes)}, ${used}`,
    });
  } else if (used !== '') {
    rows.push({ label: 'Memory', value: `${used}, no limit here` });
  }
  if (pids !== undefined && pids !== 'max') {
    const now = usage.pids === undefined ? '' : `, ${String(usage.pids)} now`;
    rows.push({ label: 'Process limit', value: `${String(pids)}${now}` });
  }
  const kills = usage.memoryEvents?.['oom_kill'] ?? 0;
  if (kills > 0) rows.push({ label: 'OOM kills', value: String(kills) });
  return rows;
}

function rowsOf(cgroup: CgroupFacts, level: CgroupLevel): Row[] {
  const { folder, processCount, type } = level;
  // The innermost mount that holds the folder; mount points are given in the kernel's order.
  const mount = cgroup.mounts.findLast(
    ({ mountPoint }) => folder === mountPoint || folder.startsWith(`${mountPoint}/`),
  );
  return [
    ...limitRows(level.limits, level.usage),
    ...(processCount === undefined
      ? []
      : [{ label: 'Here', value: formatCount(processCount, 'process', 'processes') }]),
    ...(type === undefined || type === 'domain' ? [] : [{ label: 'Type', value: type }]),
    ...(mount?.readOnly === true ? [{ label: 'Mount', value: 'read-only' }] : []),
  ];
}

/** The kernel calls it blkio where version 2 says io. */
function inKernel(cgroup: CgroupFacts, name: string): boolean {
  const wanted = name === 'io' ? 'blkio' : name;
  return cgroup.kernelControllers.some((controller) => controller.name === wanted && controller.enabled);
}

function marks(cgroup: CgroupFacts, level: CgroupLevel): ControllerMark[] {
  // On version 1 nothing is delegated: a tree is one controller's, and reaches everywhere.
  if (!cgroup.levels.includes(level) && level !== cgroup.dockerLevel) return [];
  return shownControllers.flatMap((name): ControllerMark[] => {
    if (level.delegated.includes(name)) return [{ name, reach: 'passed' }];
    if (level.controllers.includes(name)) return [{ name, reach: 'held' }];
    return cgroup.version === 'v2' && inKernel(cgroup, name) ? [{ name, reach: 'absent' }] : [];
  });
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** Why a level below `parent` has less than `parent` has; undefined when it has all. */
function breakBelow(parent: CgroupLevel): string | undefined {
  const ended = shownControllers.filter(
    (name) => parent.controllers.includes(name) && !parent.delegated.includes(name),
  );
  if (ended.length === 0) return undefined;
  return `The chain breaks here: ${list(ended)} ${ended.length === 1 ? 'is' : 'are'} not delegated to containers.`;
}

/** Why the visible cgroup root has less than the kernel. */
function breakAbove(cgroup: CgroupFacts, root: CgroupLevel): string | undefined {
  // Controllers of a hybrid set-up are on version 1 and are not missed here.
  if (cgroup.version !== 'v2') return undefined;
  const missing = shownControllers.filter((name) => !root.controllers.includes(name) && inKernel(cgroup, name));
  if (missing.length === 0) return undefined;
  return `The chain breaks above: ${list(missing)} ${missing.length === 1 ? 'was' : 'were'} not given to this container.`;
}

/** The group of all containers, or what will become of it. */
function containersNode(cgroup: CgroupFacts, root: CgroupLevel): CgroupNode {
  const level = cgroup.dockerLevel;
  if (level !== undefined) {
    const broken = breakBelow(root);
    return {
      folder: sanitizeForPage(level.folder, 300),
      role: 'containers',
      controllers: marks(cgroup, level),
      rows: rowsOf(cgroup, level),
      ...(broken !== undefined && { broken }),
      children: [],
    };
  }
  // The kernel hands nothing down past a group with processes, its true root (which has no type) excepted.
  const blocked = root.type !== undefined && (root.processCount ?? root.processes.length) > 0;
  const broken = blocked ? breakBelow(root) : undefined;
  return {
    folder: '',
    role: 'containers: none was started yet',
    controllers: [],
    rows: [],
    ...(broken !== undefined && { broken }),
    children: [],
  };
}

/** Levels as a tree of single children, the own group last where it is seen (`isWhole`); `more` hangs under the root. */
function chain(
  cgroup: CgroupFacts,
  levels: readonly CgroupLevel[],
  more: readonly CgroupNode[],
  isWhole: boolean,
): CgroupNode | undefined {
  return levels.reduceRight<CgroupNode | undefined>((below, level, index) => {
    const top = index === 0;
    const own = isWhole && index === levels.length - 1;
    const role = top
      ? own
        ? 'visible cgroup root, with this process'
        : 'visible cgroup root'
      : own
        ? 'this process'
        : 'on the way';
    const broken = top ? breakAbove(cgroup, level) : undefined;
    return {
      folder: sanitizeForPage(level.folder, 300),
      role,
      controllers: marks(cgroup, level),
      rows: rowsOf(cgroup, level),
      ...(broken !== undefined && { broken }),
      children: [...(below === undefined ? [] : [below]), ...(top ? more : [])],
    };
  }, undefined);
}

function effectiveRow(label: string, limit: EffectiveLimit, words: (value: number) => string): Row {
  const { value } = limit;
  if (value === 'max') return { label, value: 'no visible limit' };
  if (value === 'unknown') return { label, value: 'not visible' };
  return {
    label,
    value: `${words(value)}${limit.folder === undefined ? '' : `, set at ${sanitizeForPage(limit.folder, 300)}`}`,
  };
}

/** What the boxes cannot show: mounts that another one lies over, and groups of this process that are not visible. */
function hiddenSentences({ covered = [], notVisible = {}, version }: CgroupFacts): string[] {
  const names = ({ controllers }: { readonly controllers: readonly string[] }): string =>
    controllers.join(',') || 'cgroup v2';
  return [
    ...covered.map(
      (mount) =>
        `The mount of ${names(mount)} at ${mount.mountPoint} is covered by ${mount.cover.fsType} at ${mount.cover.mountPoint}${mount.cover.root === '/' ? '' : ` (${mount.cover.root})`}.`,
    ),
    // A v2 tree beside the controllers of v1 says nothing of limits.
    ...Object.entries(notVisible)
      .filter(([hierarchy]) => hierarchy !== 'cgroup2' || version === 'v2')
      .map(([, why]) => `The group of this process is not visible: ${why}.`),
  ].map((sentence) => sanitizeForPage(sentence, 500));
}

/** The control groups as a picture: each level with its controllers, its limits, and where the chain breaks. */
export function cgroupPicture(cgroup: CgroupFacts): CgroupPicture {
  const [root] = cgroup.levels;
  const isWhole = (hierarchy: string): boolean => cgroup.notVisible?.[hierarchy] === undefined;
  const tree =
    root === undefined
      ? undefined
      : chain(cgroup, cgroup.levels, cgroup.version === 'v2' ? [containersNode(cgroup, root)] : [], isWhole('cgroup2'));
  const v1 = Object.entries(cgroup.v1Levels).flatMap(([controller, levels]) => {
    const root = chain(cgroup, levels, [], isWhole(controller));
    return root === undefined ? [] : [{ title: sanitizeForPage(controller, 50), root }];
  });
  const { cpus, memoryBytes, pids } = cgroup.effective;
  return {
    summary: [
      versions[cgroup.version],
      ...(cgroup.version === 'none' ? [] : [namespaces[cgroup.namespace.kind]]),
      ...hiddenSentences(cgroup),
    ].join(' '),
    trees: [...(tree === undefined ? [] : [{ title: 'Version 2', root: tree }]), ...v1],
    effective: [
      effectiveRow('CPU for everything here', cpus, (value) => `${String(value)} CPUs`),
      effectiveRow('Memory for everything here', memoryBytes, formatBytes),
      effectiveRow('Processes for everything here', pids, String),
    ],
  };
}
