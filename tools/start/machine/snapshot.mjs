import { readFileSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { commandPath } from '../../lib/commandPath.mjs';
import { runOrRefuse } from '../../lib/run.mjs';
import { fileTable, firewallTable, mountTable, nftTable } from './parse.mjs';

/** @typedef {import('../../lib/elevation.mjs').Elevate} Elevate */
/** @typedef {import('./parse.mjs').Table} Table */

/**
 * What a run could leave behind on this machine, each as a table of name and value.
 * @typedef {Record<Area, Table>} Snapshot
 * @typedef {'mounts' | 'cgroups' | 'network' | 'firewall' | 'sysctls' | 'run'} Area
 */

/** @type {readonly Area[]} */
export const areas = ['mounts', 'cgroups', 'network', 'firewall', 'sysctls', 'run'];

/**
 * @param {{ elevate: Elevate, signal?: AbortSignal }} options firewall rules and parts of /run are root's to read
 * @returns {Promise<Snapshot>}
 */
export async function takeSnapshot({ elevate, signal }) {
  const as = { ...(signal && { signal }) };
  const find = ['find', '/run', '-xdev', '-printf', '%p\\t%y %U:%G %m %l\\n'];
  const [firewall, files] = await Promise.all([
    firewallRules(elevate, as),
    // A file that goes away meanwhile is said on stderr and makes a status of 1.
    runOrRefuse('listing /run', elevate(['sh', '-c', '"$@" 2>/dev/null || :', 'sh', ...find]), as),
  ]);
  return {
    mounts: mountTable(readFileSync('/proc/self/mountinfo', 'utf8')),
    cgroups: cgroupFolders('/sys/fs/cgroup'),
    network: networkTable(),
    firewall,
    sysctls: sysctlTable('/proc/sys'),
    run: fileTable(files.stdout),
  };
}

/** The programs that print rules, each with the file without which it would make its tables by merely looking. */
const savers = [
  { program: 'iptables-nft-save' },
  { program: 'ip6tables-nft-save' },
  { program: 'iptables-legacy-save', tables: '/proc/net/ip_tables_names' },
  { program: 'ip6tables-legacy-save', tables: '/proc/net/ip6_tables_names' },
];

/**
 * @param {Elevate} elevate
 * @param {{ signal?: AbortSignal }} options
 * @returns {Promise<Table>}
 */
async function firewallRules(elevate, options) {
  /** @type {Table} */
  let rules = {};
  for (const { program, tables } of savers) {
    const path = commandPath(program);
    if (path === undefined || (tables !== undefined && (contentOf(tables) ?? '').trim() === '')) continue;
    const { stdout } = await runOrRefuse(`reading the firewall rules`, elevate([path]), options);
    rules = { ...rules, ...firewallTable(program.replace(/-save$/, ''), stdout) };
  }
  const nft = commandPath('nft');
  if (nft !== undefined) {
    const { stdout } = await runOrRefuse('reading the firewall rules', elevate([nft, 'list', 'ruleset']), options);
    rules = { ...rules, ...nftTable(stdout) };
  }
  return rules;
}

/**
 * Every folder of every cgroup hierarchy; on cgroup v2 with the controllers that it hands to those below it.
 *
 * @param {string} root
 * @returns {Table}
 */
function cgroupFolders(root) {
  /** @type {Table} */
  const table = {};
  const folders = [root];
  for (const folder of folders) {
    for (const entry of entriesOf(folder)) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      table[path] = contentOf(join(path, 'cgroup.subtree_control'))?.trim() ?? '';
      folders.push(path);
    }
  }
  return table;
}

/** Network links with their MTU, addresses and routes. @returns {Table} */
function networkTable() {
  /** @type {Table} */
  const table = {};
  for (const { name } of entriesOf('/sys/class/net')) {
    table[`link ${name}`] = `mtu ${contentOf(join('/sys/class/net', name, 'mtu'))?.trim()}`;
  }
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const { cidr } of addresses) table[`address ${cidr} on ${name}`] = '';
  }
  for (const line of (contentOf('/proc/net/route') ?? '').split('\n').slice(1)) {
    const [name, target, gateway, , , , metric, mask] = line.trim().split(/\s+/);
    if (mask !== undefined) table[`route ${target}/${mask} by ${gateway} on ${name}`] = `metric ${metric}`;
  }
  return table;
}

/**
 * @param {string} root
 * @returns {Table} by dotted name
 */
function sysctlTable(root) {
  /** @type {Table} */
  const table = {};
  const folders = [''];
  for (const folder of folders) {
    for (const entry of entriesOf(join(root, folder))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else table[path.replaceAll('/', '.')] = contentOf(join(root, path))?.trim() ?? 'unreadable';
    }
  }
  return table;
}

/** @param {string} folder */
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {string | undefined} undefined when it is not there or cannot be read
 */
function contentOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/**
 * What /proc and /sys answer for what went away meanwhile, is not for us, or can only be written.
 * @param {unknown} error
 */
function isGone(error) {
  const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
  return ['ENOENT', 'ENODEV', 'ESRCH', 'EACCES', 'EPERM', 'EIO', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(code);
}
