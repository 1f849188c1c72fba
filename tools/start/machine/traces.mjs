import { commandPath } from '../../lib/commandPath.mjs';
import { runOrRefuse } from '../../lib/run.mjs';
import { compareSnapshots } from './compare.mjs';
import { takeProcesses } from './processTable.mjs';
import { takeSnapshot } from './snapshot.mjs';

/** @typedef {import('../../lib/elevation.mjs').Elevate} Elevate */
/** @typedef {import('./compare.mjs').Difference} Difference */
/** @typedef {import('./snapshot.mjs').Area} Area */
/** @typedef {import('./snapshot.mjs').Snapshot} Snapshot */

/** The cgroup that this machine's daemon makes for its containers, on cgroup v1 in each hierarchy; not one in a group of others. */
const dockerCgroup =
  /^\/sys\/fs\/cgroup\/(?:(?:cpu|cpuacct|cpuset|memory|devices|freezer|blkio|pids|net_cls|net_prio|perf_event|hugetlb|rdma|misc|systemd|unified)(?:,\w+)?\/)?docker(?:\/|$)/;

/**
 * What a dockerd of its own leaves on a machine when it ends, and does not need to start again. A row is removed only
 * when it was not there, or had another value, before the daemon was started. Images, volumes and the rest of the data
 * root stay, and so does its log.
 * @type {readonly { area: Area, kind: Difference['kind'], name: RegExp, what: string }[]}
 */
export const daemonTraces = [
  {
    area: 'mounts',
    kind: 'new',
    name: /^(?:\/run|\/var\/run|\/var\/lib)\/docker(?:\/|$)/,
    what: 'mounts of containers',
  },
  { area: 'cgroups', kind: 'new', name: dockerCgroup, what: 'empty cgroups' },
  { area: 'network', kind: 'new', name: /^link (?:docker0|docker_gwbridge|br-[0-9a-f]{12})$/, what: 'bridges' },
  // Rules that name Docker's chains or bridges, and the chains themselves.
  {
    area: 'firewall',
    kind: 'new',
    name: /^ip6?tables-\S+ \S+ (?::DOCKER|-A DOCKER|-A.* -j DOCKER|-A.* -[io] (?:docker0|docker_gwbridge|br-[0-9a-f]{12})(?: |$))/,
    what: 'firewall rules',
  },
  // dockerd drops what is forwarded and not for its containers.
  { area: 'firewall', kind: 'changed', name: /^ip6?tables-\S+ filter :FORWARD$/, what: 'policy of FORWARD' },
  { area: 'firewall', kind: 'new', name: /^ip6?tables-\S+ filter :FORWARD$/, what: 'policy of FORWARD' },
  { area: 'firewall', kind: 'new', name: /^nft ip6? docker-bridges$/, what: 'firewall tables' },
  // Forwarding is switched on; the kernel sets the values of each link along with it.
  { area: 'sysctls', kind: 'changed', name: /^net\.ipv4\.ip_forward$/, what: 'settings of the kernel' },
  { area: 'sysctls', kind: 'changed', name: /^net\.ipv[46]\.conf\.\S+\.forwarding$/, what: 'settings of the kernel' },
  {
    area: 'sysctls',
    kind: 'changed',
    name: /^net\.ipv4\.conf\.\S+\.(?:accept_redirects|route_localnet)$/,
    what: 'settings of the kernel',
  },
  {
    area: 'sysctls',
    kind: 'changed',
    name: /^net\.bridge\.bridge-nf-call-ip6?tables$/,
    what: 'settings of the kernel',
  },
  // The daemon's sockets and PID files, and what the helper knows about it.
  { area: 'run', kind: 'new', name: /^\/run\/docker(?:$|\.pid$|\.sock$)/, what: 'files in /run' },
  { area: 'run', kind: 'new', name: /^\/run\/dind-station$/, what: 'files in /run' },
  // Where shims and runc keep what they know of containers that run.
  { area: 'run', kind: 'new', name: /^\/run\/(?:containerd|runc)$/, what: 'files in /run' },
  { area: 'run', kind: 'new', name: /^\/run\/xtables\.lock$/, what: 'files in /run' },
];

/**
 * The differences that a daemon made, of all that there are.
 * @param {readonly Difference[]} differences
 */
export function tracesAmong(differences) {
  return differences.filter((one) => daemonTraces.some((row) => isTrace(row, one)));
}

/**
 * @param {(typeof daemonTraces)[number]} row
 * @param {Difference} difference
 */
function isTrace({ area, kind, name }, difference) {
  return difference.area === area && difference.kind === kind && name.test(difference.name);
}

/**
 * A command that undoes traces, as root.
 * @typedef {{ argv: string[], input?: string }} Undo
 */

/**
 * What removes traces, in order: rules that name a chain before the chain, the innermost mount and cgroup first.
 *
 * @param {readonly Difference[]} traces
 * @returns {Undo[]}
 */
export function planRemoval(traces) {
  const of = (/** @type {Area} */ area) => traces.filter((one) => one.area === area);
  const names = (/** @type {Area} */ area) => of(area).map(({ name }) => name);
  const inward = (/** @type {Area} */ area) => names(area).toSorted((a, b) => b.length - a.length);
  const sysctls = of('sysctls')
    .toSorted((a, b) => a.name.length - b.name.length)
    .map(({ name, before }) => `${name}=${before}`);
  // Setting net.ipv4.ip_forward, the shortest name, sets the values of all links anew.
  return [
    ...each(
      'umount',
      inward('mounts').map((name) => name.replace(/ \(\d+\)$/, '')),
    ),
    ...firewallRestores(of('firewall')),
    ...names('network').map((name) => ({ argv: ['ip', 'link', 'delete', name.replace(/^link /, '')] })),
    ...(sysctls.length === 0 ? [] : [{ argv: ['sysctl', '-q', '-w', ...sysctls] }]),
    // The kernel may still be about to remove some of them itself.
    ...each('rmdir', inward('cgroups')),
    ...(names('run').length === 0 ? [] : [{ argv: ['rm', '-rf', '--one-file-system', '--', ...names('run')] }]),
  ];
}

/**
 * One command for all of these paths, as far as they are still there.
 *
 * @param {'umount' | 'rmdir'} command
 * @param {readonly string[]} paths
 * @returns {Undo[]}
 */
function each(command, paths) {
  const loop = `for path; do [ ! -e "$path" ] || ${command} "$path"; done`;
  return paths.length === 0 ? [] : [{ argv: ['sh', '-c', loop, 'sh', ...paths] }];
}

/**
 * One atomic change for each program; other people's rules are not touched.
 *
 * @param {readonly Difference[]} traces
 * @returns {Undo[]}
 */
function firewallRestores(traces) {
  /** By program and table: lines of `iptables-restore`, each with its place. @type {Map<string, Map<string, [number, string][]>>} */
  const programs = new Map();
  /** @type {Undo[]} */
  const undo = [];
  for (const trace of traces) {
    const [program = '', table = '', ...rest] = trace.name.split(' ');
    if (program === 'nft') {
      undo.push({ argv: ['nft', 'delete', 'table', table, ...rest] });
      continue;
    }
    const tables = programs.get(program) ?? /** @type {Map<string, [number, string][]>} */ (new Map());
    programs.set(program, tables);
    tables.set(table, [...(tables.get(table) ?? []), ...restoreLines(rest.join(' '), trace)]);
  }
  for (const [program, tables] of programs) {
    const input = [...tables].map(([table, lines]) => {
      const sorted = lines.toSorted(([a], [b]) => a - b).map(([, line]) => line);
      return `*${table}\n${sorted.join('\n')}\nCOMMIT\n`;
    });
    undo.push({ argv: [`${program}-restore`, '--noflush'], input: input.join('') });
  }
  return undo;
}

/**
 * What takes one line of `iptables-save` back: the policy first, then the contents of chains, rules that lead to them,
 * and the chains themselves last.
 *
 * @param {string} line
 * @param {Difference} trace
 * @returns {[number, string][]}
 */
function restoreLines(line, { kind, before }) {
  const chain = /^:(\S+)$/.exec(line)?.[1];
  if (chain === 'FORWARD') return [[0, `:FORWARD ${kind === 'changed' ? before : 'ACCEPT'} [0:0]`]];
  if (chain !== undefined) {
    return [
      [1, `-F ${chain}`],
      [3, `-X ${chain}`],
    ];
  }
  // Goes with the contents of its chain.
  if (line.startsWith('-A DOCKER')) return [];
  return [[2, line.replace(/^-A/, '-D').replace(/ \(\d+\)$/, '')]];
}

/**
 * Removes what the daemon that this run started has left, now that it is stopped.
 *
 * @param {Snapshot} before as it was before the daemon was started
 * @param {{ elevate: Elevate }} options
 * @returns {Promise<string>} what was removed, or why nothing was
 */
export async function removeTraces(before, { elevate }) {
  const running = [...takeProcesses().values()].filter(
    ({ name, here, zombie }) => here !== false && !zombie && /^(?:dockerd|containerd-shim)/.test(name),
  );
  if (running.length > 0) {
    const shims = running.filter(({ name }) => name !== 'dockerd').length;
    const what = shims === 0 ? 'another daemon runs' : `${shims} container${shims === 1 ? ' keeps' : 's keep'} running`;
    return `${what}, so bridges and firewall rules stay`;
  }
  const traces = tracesAmong(compareSnapshots(before, await takeSnapshot({ elevate })));
  /** @type {unknown[]} */
  const failures = [];
  for (const { argv, input } of planRemoval(traces)) {
    const [program = '', ...rest] = argv;
    const full = elevate([commandPath(program) ?? program, ...rest]);
    await runOrRefuse('removing what the daemon left', full, { ...(input !== undefined && { input }) }).catch(
      // One that cannot be removed keeps none of the others.
      (/** @type {unknown} */ error) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
  const kinds = new Set(daemonTraces.filter((row) => traces.some((one) => isTrace(row, one))).map(({ what }) => what));
  return kinds.size === 0 ? '' : `removed ${[...kinds].join(', ')}`;
}
