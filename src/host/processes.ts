import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { capabilitySets } from './capabilities';
import { cgroup2, isOf, parseMemberships } from './cgroupMembership';
import type { InitFacts, ProcessesFacts, ProcessFacts } from './facts/processes';
import type { Mount } from './facts/mount';
import { parseNofile, sigchldOf, startedAt, type ProcessStat } from './processTable';
import { effectiveId, numberIn, statusOf } from './processStatus';
import { defined, exists, isUnreadable, namesIn, textOf, type ReadResult } from './readResult';

const maxShims = 100;
const maxSiblings = 8;
const maxParents = 10;
/** x86 and most others; where pages are larger, resident memory is told too small. */
const pageBytes = 4096;

async function linkOf(root: string, path: string): Promise<string | undefined> {
  try {
    return await readlink(join(root, path));
  } catch {
    // Root's alone, or gone.
    return undefined;
  }
}

/** `cmdline`: words that each end in a NUL; empty for a zombie and a thread of the kernel. */
export function parseArgv(text: string): readonly string[] | undefined {
  const words = text.split('\0');
  if (words.at(-1) === '') words.pop();
  return words.length === 0 ? undefined : words;
}

export async function readArgv(root: string, pid: number): Promise<readonly string[] | undefined> {
  const text = await textOf(root, `/proc/${pid}/cmdline`, 65_536);
  return text === undefined ? undefined : parseArgv(text);
}

/** Everything of one process that may be read. */
async function readProcess(root: string, stat: ProcessStat, bootSeconds: number): Promise<ProcessFacts> {
  const folder = `/proc/${stat.pid}`;
  const [fields, exe, argv, limits, stdout, stderr, wchan, cgroup, open] = await Promise.all([
    statusOf(root, stat.pid),
    linkOf(root, `${folder}/exe`),
    readArgv(root, stat.pid),
    textOf(root, `${folder}/limits`, 65_536),
    linkOf(root, `${folder}/fd/1`),
    linkOf(root, `${folder}/fd/2`),
    textOf(root, `${folder}/wchan`, 256),
    textOf(root, `${folder}/cgroup`, 65_536),
    namesIn(root, `${folder}/fd`),
  ]);
  const uid = numberIn(fields, 'Uid', effectiveId);
  return defined({
    ...brief(stat, bootSeconds),
    uid: Number.isSafeInteger(uid) ? uid : undefined,
    threads: stat.threads,
    residentBytes: stat.residentPages * pageBytes,
    exe,
    argv,
    nofile: parseNofile(limits ?? ''),
    openFiles: open.length === 0 ? undefined : open.length,
    stdout,
    stderr,
    wchan: wchan === undefined || wchan === '' || wchan === '0' ? undefined : wchan,
    capabilities: capabilitySets(fields),
    cgroup: parseMemberships(cgroup ?? '').find((one) => isOf(cgroup2, one))?.path,
  });
}

function brief(stat: ProcessStat, bootSeconds: number): ProcessFacts {
  const { pid, ppid, comm, state } = stat;
  return { pid, ppid, comm, state, startedAt: startedAt(stat, bootSeconds) };
}

function isZombie({ state }: ProcessStat): boolean {
  return state === 'Z' || state === 'X';
}

function isOurs(stat: ProcessStat): boolean {
  return !isZombie(stat) && stat.nested !== true;
}

function isShim({ comm }: ProcessStat): boolean {
  return comm.startsWith('containerd-shim');
}

async function readInit(
  root: string,
  table: readonly ProcessStat[],
  boot: { readonly seconds: number; readonly uptime: number },
): Promise<InitFacts | undefined> {
  const stat = table.find(({ pid }) => pid === 1);
  if (stat === undefined) return undefined;
  const [own, status, environment] = await Promise.all([
    readProcess(root, stat, boot.seconds),
    statusOf(root, 1),
    textOf(root, '/proc/1/environ', 262_144),
  ]);
  const zombies = table.filter((process) => process.ppid === 1 && isZombie(process));
  const oldest = Math.min(...zombies.map(({ startTicks }) => startTicks));
  return defined({
    ...own,
    sigchld: sigchldOf(status),
    zombies: zombies.length,
    oldestZombieSeconds: zombies.length === 0 ? undefined : Math.max(0, Math.round(boot.uptime - oldest / 100)),
    containerVariable: environment
      ?.split('\0')
      .find((entry) => entry.startsWith('container='))
      ?.slice(10),
  });
}

function zombiesOf(table: readonly ProcessStat[], byPid: ReadonlyMap<number, ProcessStat>): ProcessesFacts['zombies'] {
  const zombies = table.filter(isZombie);
  const counts = new Map<number, number>();
  for (const { ppid } of zombies) counts.set(ppid, (counts.get(ppid) ?? 0) + 1);
  return {
    count: zombies.length,
    shims: zombies.filter(isShim).length,
    parents: [...counts]
      .map(([pid, count]) => ({ pid, comm: byPid.get(pid)?.comm ?? '', count }))
      .sort((one, other) => other.count - one.count)
      .slice(0, maxParents),
  };
}

const reapers = new Set([
  'systemd',
  'init',
  'openrc-init',
  'tini',
  'docker-init',
  'dumb-init',
  's6-svscan',
  'runsvdir',
]);

/** The nearest ancestor of a process that is a known init. */
function reaperOf(
  stat: ProcessStat | undefined,
  byPid: ReadonlyMap<number, ProcessStat>,
): ProcessesFacts['reaper'] | undefined {
  let ancestor = byPid.get(stat?.ppid ?? 0);
  for (let steps = 0; ancestor !== undefined && steps < 64; steps += 1) {
    if (reapers.has(ancestor.comm)) return { pid: ancestor.pid, comm: ancestor.comm };
    ancestor = byPid.get(ancestor.ppid);
  }
  return undefined;
}

/** The helper runs under sh; only its command line tells it from another script. */
async function findSupervisor(
  root: string,
  table: readonly ProcessStat[],
  bootSeconds: number,
): Promise<ProcessFacts | undefined> {
  // A shell gives its script's name to no one, so its comm is sh, dash or busybox, or the script's own by #!.
  const shells = table.filter(({ comm, state }) => /^(sh|dash|ash|busybox|dind-helper)$/u.test(comm) && state !== 'Z');
  const lines = await Promise.all(
    shells.slice(0, maxShims).map(async (stat) => [stat, await readArgv(root, stat.pid)] as const),
  );
  const found = lines.find(
    ([, argv]) => argv?.some((word) => word.endsWith('/dind-helper')) === true && argv.includes('supervise'),
  );
  return found === undefined ? undefined : readProcess(root, found[0], bootSeconds);
}

/** Mount option of `/proc` that hides the processes of others. */
function isHidden(mounts: ReadResult<readonly Mount[]>): boolean {
  if (isUnreadable(mounts)) return false;
  const proc = mounts.findLast(({ mountPoint }) => mountPoint === '/proc');
  return proc?.superOptions.some((word) => /^hidepid=(?:[124]|invisible|noaccess|ptraceable)$/u.test(word)) ?? false;
}

/**
 * Without the children that a daemon has just forked: each has its parent's name and command line until it has become what
 * it is to run. A wrapper that has the daemon's name has another command line.
 */
function withoutForks(processes: readonly ProcessFacts[]): ProcessFacts[] {
  const line = ({ argv }: ProcessFacts): string => (argv ?? []).join('\0');
  return processes.filter((one) => !processes.some((other) => other.pid === one.ppid && line(other) === line(one)));
}

/** What the process table means for Docker. Never throws. */
export async function readProcesses(
  table: ReadResult<readonly ProcessStat[]>,
  mounts: ReadResult<readonly Mount[]>,
  boot: { readonly seconds: number; readonly uptime: number },
  root = '/',
): Promise<ReadResult<ProcessesFacts>> {
  if (isUnreadable(table)) return table;
  const byPid = new Map(table.map((stat) => [stat.pid, stat]));
  const named = (name: string): ProcessStat[] => table.filter((stat) => stat.comm === name && isOurs(stat));
  const all = async (stats: readonly ProcessStat[]): Promise<ProcessFacts[]> => {
    const read = stats.slice(0, maxSiblings).map((stat) => readProcess(root, stat, boot.seconds));
    return withoutForks(await Promise.all(read));
  };
  const daemons = named('dockerd');
  const shims = table.filter((stat) => isShim(stat) && isOurs(stat));
  const [init, dockerd, containerd, supervisor, systemdFolder] = await Promise.all([
    readInit(root, table, boot),
    all(daemons),
    all(named('containerd')),
    findSupervisor(root, table, boot.seconds),
    exists(root, '/run/systemd/system'),
  ]);
  const daemonPids = new Set(daemons.map(({ pid }) => pid));
  return defined({
    count: table.length,
    hidden: isHidden(mounts),
    init,
    dockerd,
    containerd,
    shims: shims.slice(0, maxShims).map((stat) => brief(stat, boot.seconds)),
    shimCount: shims.length,
    nestedDaemons: table.filter(({ comm, nested }) => comm === 'dockerd' && nested === true).length,
    proxyCount: named('docker-proxy').length,
    zombies: zombiesOf(table, byPid),
    daemonChildren: table
      .filter(({ ppid }) => daemonPids.has(ppid))
      .slice(0, maxShims)
      .map(({ pid, comm, state }) => ({ pid, comm, state })),
    supervisor,
    reaper: reaperOf(daemons[0], byPid),
    systemdFolder,
  });
}
