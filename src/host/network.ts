import { networkInterfaces } from 'node:os';
import { basename } from 'node:path';
import type { Fact } from './facts/fact';
import type { IptablesFacts, NetworkDevice, NetworkFacts } from './facts/network';
import { parseListeners, parseResolvers, parseRoutes4, parseRoutes6 } from './networkParse';
import { inDaemonPath } from './programs';
import { defined, exists, isUnreadable, namesIn, numberOf, readText, textOf } from './readResult';
import { realPath } from './realPath';

const maxDevices = 256;
const maxListeners = 500;

/** Addresses by device; asked of the kernel itself, and only on the machine this runs on. */
function addressesOf(device: string): readonly string[] {
  return (networkInterfaces()[device] ?? []).flatMap(({ cidr }) => (cidr === null ? [] : [cidr]));
}

async function readDevice(root: string, name: string): Promise<NetworkDevice | undefined> {
  const folder = `/sys/class/net/${name}`;
  const [mtu, state, bridge] = await Promise.all([
    numberOf(root, `${folder}/mtu`),
    textOf(root, `${folder}/operstate`, 64),
    exists(root, `${folder}/bridge`),
  ]);
  if (mtu === undefined) return undefined;
  return { name, mtu, state: state?.trim() ?? 'unknown', bridge, addresses: root === '/' ? addressesOf(name) : [] };
}

async function readLegacyTables(root: string): Promise<Fact<readonly string[]>> {
  const read = await readText(root, '/proc/net/ip_tables_names');
  if (!isUnreadable(read)) return { value: read.text.split('\n').filter((name) => name !== '') };
  // No such file: the kernel has not loaded ip_tables, so that no table is in use.
  return read.unreadable.endsWith('ENOENT') ? { value: [] } : read;
}

/** Names of Debian's alternatives and of Alpine's binaries. */
function backendOf(path: string): NonNullable<IptablesFacts['backend']> {
  const name = basename(path);
  if (name.includes('nft')) return 'nft';
  return name.includes('legacy') || name === 'xtables-multi' ? 'legacy' : 'unknown';
}

const iptablesPrograms = ['iptables-nft', 'iptables-legacy', 'nft', 'ip6tables'] as const;

async function readIptables(root: string): Promise<IptablesFacts> {
  const [program, others, legacyTables] = await Promise.all([
    inDaemonPath(root, 'iptables'),
    Promise.all(iptablesPrograms.map(async (name) => ((await inDaemonPath(root, name)) === undefined ? [] : [name]))),
    readLegacyTables(root),
  ]);
  const target = program === undefined ? undefined : await realPath(program, root);
  return defined({
    program,
    backend: target === undefined ? undefined : backendOf(target),
    programs: others.flat(),
    legacyTables,
  });
}

/** Never throws. */
export async function readNetwork(root = '/'): Promise<NetworkFacts> {
  const [routes4, routes6, tcp, tcp6, resolvConf, resolvPath, names, iptables, hostName] = await Promise.all([
    textOf(root, '/proc/net/route'),
    textOf(root, '/proc/net/ipv6_route'),
    textOf(root, '/proc/net/tcp'),
    textOf(root, '/proc/net/tcp6'),
    textOf(root, '/etc/resolv.conf', 65_536),
    realPath('/etc/resolv.conf', root),
    namesIn(root, '/sys/class/net'),
    readIptables(root),
    textOf(root, '/proc/sys/kernel/hostname', 256),
  ]);
  const devices = await Promise.all(names.slice(0, maxDevices).map((name) => readDevice(root, name)));
  return {
    routes: [...parseRoutes4(routes4 ?? ''), ...parseRoutes6(routes6 ?? '')],
    resolvers: {
      path: resolvPath ?? '/etc/resolv.conf',
      ...parseResolvers(resolvConf ?? ''),
      ...(resolvConf !== undefined && { sizeBytes: Buffer.byteLength(resolvConf) }),
    },
    devices: devices.filter((device) => device !== undefined),
    listeners: [...parseListeners(tcp ?? ''), ...parseListeners(tcp6 ?? '')].slice(0, maxListeners),
    iptables,
    hostName: hostName?.trim() ?? '',
  };
}
