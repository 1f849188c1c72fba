/** @typedef {import('../machine/compare.mjs').Difference} Difference */
/** @typedef {import('../machine/processTable.mjs').SeenProcess} SeenProcess */

/**
 * What of a run is known, for differences that are in order only then.
 * @typedef {object} RunContext
 * @property {boolean} foreignDaemon a daemon that was there before did the work, and is left alone
 * @property {readonly string[]} prepared steps with which the helper prepared this container: `nesting.propagation`
 */

/**
 * One kind of difference that may remain, with its reason.
 * @typedef {object} Exception
 * @property {Difference['area']} area
 * @property {readonly Difference['kind'][]} kinds
 * @property {RegExp} name
 * @property {RegExp} [after] what the new value has to be
 * @property {(context: RunContext) => boolean} [when]
 * @property {string} reason
 */

/** @type {readonly Exception[]} */
export const exceptions = [
  {
    area: 'cgroups',
    kinds: ['new', 'gone', 'changed'],
    name: /^\/sys\/fs\/cgroup\/(?:[^/]+\/)?dind-station-(?:bed|sandbox)-[^/]+(?:\/|$)/,
    reason: "of a sandbox of this project's tests, which came or went meanwhile",
  },
  {
    area: 'run',
    kinds: ['new', 'gone', 'changed'],
    name: /^\/run\/dind-station-(?:bed|sandbox)(?:\/|$)/,
    reason: "of a sandbox of this project's tests, which came or went meanwhile",
  },
  {
    area: 'run',
    kinds: ['new', 'gone', 'changed'],
    name: /^\/run\/sudo\/ts(?:\/|$)/,
    reason: "sudo's own record of who used it",
  },
  {
    area: 'run',
    kinds: ['new'],
    name: /^\/run\/mount(?:\/|$)/,
    reason: 'of the program mount, which keeps options there that the kernel does not know',
  },
  {
    area: 'firewall',
    kinds: ['new'],
    name: /^ip6?tables-\S+ \S+ :(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/,
    after: /^ACCEPT$/,
    reason:
      'an empty chain that lets everything pass: iptables makes it at its first use and has no command to remove it',
  },
  {
    area: 'sysctls',
    kinds: ['changed'],
    name: /^kernel\.random\.(?:uuid|entropy_avail)$/,
    reason: 'another value at each look',
  },
  {
    area: 'sysctls',
    kinds: ['changed'],
    name: /^(?:fs\.(?:file-nr|inode-nr|inode-state|dentry-state|aio-nr|quota\.\w+)|kernel\.(?:ns_last_pid|pty\.nr)|net\.netfilter\.nf_conntrack_count)$/,
    reason: 'a counter of the kernel, no setting',
  },
  {
    area: 'sysctls',
    kinds: ['new'],
    name: /^net\.(?:bridge|netfilter|nf_conntrack_max)\b/,
    reason: 'a kernel module that containers need was loaded; it stays and has effect only where there is a bridge',
  },
  {
    area: 'sysctls',
    kinds: ['changed'],
    name: /^net\.netfilter\.nf_log\.\d+$/,
    reason: 'a kernel module that containers need was loaded; it stays and has effect only where there is a bridge',
  },
  {
    area: 'cgroups',
    kinds: ['new'],
    name: /^\/sys\/fs\/cgroup\/(?:[^/]+\/)?docker(?:\/buildkit)?$/,
    when: ({ foreignDaemon }) => foreignDaemon,
    reason: 'the cgroup in which the daemon that was there before puts its containers',
  },
  {
    area: 'run',
    kinds: ['new', 'gone'],
    name: /^\/run\/(?:docker\/|(?:containerd|runc)(?:\/|$))/,
    when: ({ foreignDaemon }) => foreignDaemon,
    reason: 'of the daemon that was there before',
  },
  {
    area: 'mounts',
    kinds: ['changed'],
    name: /^/,
    after: / shared:\S+ \S+ \S+$/,
    when: ({ prepared }) => prepared.includes('nesting.propagation'),
    reason:
      'made shared by the helper, which prepares a container for a daemon once; a container begins with private mounts anew',
  },
  {
    area: 'mounts',
    kinds: ['new'],
    name: /^\/sys\/kernel\/security$/,
    when: ({ prepared }) => prepared.includes('nesting.securityfs'),
    reason: 'mounted by the helper, which prepares a container for a daemon once',
  },
  {
    area: 'mounts',
    kinds: ['new'],
    name: /^\/sys\/fs\/cgroup\//,
    when: ({ prepared }) => prepared.some((step) => step.startsWith('cgroup.')),
    reason: 'mounted by the helper, which prepares a container for a daemon once',
  },
];

/**
 * What remains after a run, apart: what is in order, by its reason, and what is not.
 *
 * @param {readonly Difference[]} differences
 * @param {RunContext} context
 * @param {(folder: string) => number | undefined} holder the PID of a process in that cgroup that is not this run's
 * @returns {{ left: Difference[], listed: Map<string, Difference[]> }}
 */
export function sortDifferences(differences, context, holder) {
  /** @type {Difference[]} */
  const left = [];
  /** @type {Map<string, Difference[]>} */
  const listed = new Map();
  const links = differences.flatMap(({ area, name }) =>
    area === 'network' && name.startsWith('link ') ? [name.slice(5)] : [],
  );
  for (const one of differences) {
    const reason = exceptionOf(one, context) ?? othersCgroup(one, holder) ?? linkSetting(one, links);
    if (reason === undefined) left.push(one);
    else listed.set(reason, [...(listed.get(reason) ?? []), one]);
  }
  return { left, listed };
}

/**
 * @param {Difference} one
 * @param {RunContext} context
 * @returns {string | undefined}
 */
function exceptionOf(one, context) {
  return exceptions.find(
    ({ area, kinds, name, after, when }) =>
      area === one.area &&
      kinds.includes(one.kind) &&
      name.test(one.name) &&
      (after === undefined || after.test(one.after)) &&
      (when === undefined || when(context)),
  )?.reason;
}

/**
 * A cgroup that others made: somebody else's process is in it, or it was there before and its owner removed it.
 *
 * @param {Difference} one
 * @param {(folder: string) => number | undefined} holder
 * @returns {string | undefined}
 */
function othersCgroup({ area, kind, name }, holder) {
  if (area !== 'cgroups') return undefined;
  if (kind === 'gone' && !/\/docker(?:\/|$)/.test(name))
    return 'was there before, and is gone with what its owner had in it';
  const pid = kind === 'new' ? holder(name) : undefined;
  return pid === undefined ? undefined : 'holds a process that is not of this run';
}

/**
 * The settings that each network link has: the link itself is told, once.
 *
 * @param {Difference} one
 * @param {readonly string[]} links that came or went
 * @returns {string | undefined}
 */
function linkSetting({ area, name }, links) {
  if (area !== 'sysctls' || !links.some((link) => name.split(/[.]/).slice(3).join('.').startsWith(`${link}.`)))
    return undefined;
  return 'of a network link that came or went, which is told there';
}

/** Programs that this run starts: one that is new and whose beginning nobody saw is taken for a leftover. */
const ownPrograms =
  /^(?:dockerd|containerd|containerd-shim.*|docker-proxy|docker-init|runc|chromium|chrome_crashpad.*)$/;

/**
 * Processes that are new after a run, apart: what is of this run, and what is not, by its reason.
 *
 * @param {object} options
 * @param {ReadonlyMap<string, SeenProcess>} options.before
 * @param {ReadonlyMap<string, SeenProcess>} options.after
 * @param {(key: string) => boolean} options.own whether it was ever below this run
 * @param {number} options.self PID of this run
 * @param {number} options.user of the station
 * @returns {{ left: SeenProcess[], listed: Map<string, SeenProcess[]>, ended: SeenProcess[] }} `ended`: daemons of this
 *   machine that were there before
 */
export function sortProcesses({ before, after, own, self, user }) {
  const byPid = new Map([...after.values()].map((one) => [one.pid, one]));
  const keyOf = (/** @type {SeenProcess} */ { pid, started }) => `${pid}/${started}`;
  /** The nearest process above that was there before, and the last new one below it. */
  const origin = (/** @type {SeenProcess} */ one) => {
    let first = one;
    for (;;) {
      const parent = byPid.get(first.ppid);
      if (parent === undefined || before.has(keyOf(parent))) return { first, parent };
      first = parent;
    }
  };
  const reasonOf = (/** @type {SeenProcess} */ one) => {
    const { first, parent } = origin(one);
    if (one.pid === self) return 'this run itself';
    if (first.pid === 2 || first.ppid === 2) return 'a thread of the kernel';
    if (own(keyOf(one))) {
      return one.zombie ? `of this run and ended; PID ${one.ppid} has not collected it yet` : undefined;
    }
    if (parent !== undefined && parent.pid > 1 && parent.pid !== self)
      return 'began below a process that was there before';
    if ((user !== 0 && first.uid === user) || ownPrograms.test(first.name)) return undefined;
    return 'began below PID 1 and was never below this run';
  };
  /** @type {SeenProcess[]} */
  const left = [];
  /** @type {Map<string, SeenProcess[]>} */
  const listed = new Map();
  for (const [key, one] of after) {
    if (before.has(key)) continue;
    const reason = reasonOf(one);
    if (reason === undefined) left.push(one);
    else listed.set(reason, [...(listed.get(reason) ?? []), one]);
  }
  const ended = [...before].flatMap(([key, one]) =>
    /^(?:dockerd|containerd)$/.test(one.name) && one.here !== false && !one.zombie && !after.has(key) ? [one] : [],
  );
  return { left, listed, ended };
}
