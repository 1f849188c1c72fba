import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Fact } from './facts/fact';
import type { ConfigValue, KernelFacts, TimeFacts } from './facts/kernel';
import { defined, exists, isUnreadable, numberOf, readBytes, readText, textOf, type ReadResult } from './readResult';
import { parseBootTime, readStat } from './processTable';
import { errorMessage } from '../util/format';

const unzip = promisify(gunzip);

/** What moby's check-config.sh asks for, and what this catalogue's entries turn on. Without `CONFIG_`. */
export const kernelOptions = [
  ...['NAMESPACES', 'NET_NS', 'PID_NS', 'IPC_NS', 'UTS_NS', 'USER_NS', 'CGROUPS', 'CGROUP_CPUACCT', 'CGROUP_DEVICE'],
  ...['CGROUP_FREEZER', 'CGROUP_SCHED', 'CGROUP_PIDS', 'CGROUP_BPF', 'CPUSETS', 'MEMCG', 'MEMCG_SWAP', 'BLK_CGROUP'],
  ...['CFS_BANDWIDTH', 'FAIR_GROUP_SCHED', 'RT_GROUP_SCHED', 'BLK_DEV_THROTTLING', 'KEYS', 'VETH', 'BRIDGE'],
  ...[
    'BRIDGE_NETFILTER',
    'IP_NF_FILTER',
    'IP_NF_NAT',
    'IP_NF_RAW',
    'IP_NF_MANGLE',
    'IP_NF_IPTABLES',
    'IP_NF_TARGET_MASQUERADE',
  ],
  ...['IP6_NF_NAT', 'IP6_NF_RAW', 'NF_NAT', 'NF_TABLES', 'NFT_COMPAT', 'NETFILTER_XT_MATCH_ADDRTYPE'],
  ...['NETFILTER_XT_MATCH_CONNTRACK', 'NETFILTER_XT_MATCH_IPVS', 'NETFILTER_XT_MARK', 'NETFILTER_XT_TARGET_REDIRECT'],
  ...[
    'NETFILTER_XT_NAT',
    'IP_VS',
    'OVERLAY_FS',
    'FUSE_FS',
    'EXT4_FS',
    'XFS_FS',
    'BTRFS_FS',
    'SECCOMP',
    'SECCOMP_FILTER',
  ],
  ...['SECURITY_APPARMOR', 'SECURITY_SELINUX', 'POSIX_MQUEUE', 'VXLAN', 'IPVLAN', 'MACVLAN', 'DUMMY', 'BINFMT_MISC'],
  ...['MODULES', 'IKCONFIG'],
];

/** A kernel's configuration file; every option of `wanted` is in the answer. */
export function parseKernelConfig(text: string, wanted: readonly string[]): Record<string, ConfigValue> {
  const set = new Map<string, ConfigValue>();
  for (const [, name = '', value = ''] of text.matchAll(/^CONFIG_(\w+)=([ym])\s*$/gmu)) {
    set.set(name, value === 'm' ? 'm' : 'y');
  }
  return Object.fromEntries(wanted.map((name) => [name, set.get(name) ?? 'n']));
}

/** Largest file of this kind seen is 300 KB; gzip of zeros must not fill the memory. */
const maxConfigBytes = 4_194_304;

async function readConfig(root: string, release: string): Promise<KernelFacts['config']> {
  const zipped = await readBytes(root, '/proc/config.gz');
  if (!isUnreadable(zipped)) {
    try {
      const text = (await unzip(zipped.bytes, { maxOutputLength: maxConfigBytes })).toString('latin1');
      return { value: { source: '/proc/config.gz', options: parseKernelConfig(text, kernelOptions) } };
    } catch (error) {
      return { unreadable: `/proc/config.gz: ${errorMessage(error)}` };
    }
  }
  const source = `/boot/config-${release}`;
  const text = await textOf(root, source, maxConfigBytes);
  return text === undefined
    ? { unreadable: `neither ${zipped.unreadable} nor ${source} can be read` }
    : { value: { source, options: parseKernelConfig(text, kernelOptions) } };
}

async function readModules(root: string): Promise<Fact<readonly string[]>> {
  const read = await readText(root, '/proc/modules');
  // A kernel that loads no modules has no such file.
  if (isUnreadable(read)) return read.unreadable.endsWith(': ENOENT') ? { value: [] } : read;
  return { value: read.text.split('\n').flatMap((line) => line.split(' ', 1).filter((name) => name !== '')) };
}

/** Names in `/proc/filesystems`. */
export function parseFilesystems(text: string): string[] {
  return text.split('\n').flatMap((line) => /^(?:nodev)?\t(\S+)$/u.exec(line)?.[1] ?? []);
}

const bootWord = /cgroup|apparmor|security|selinux|systemd|swapaccount|lsm=/u;

/** Never throws. */
export async function readKernel(root = '/'): Promise<ReadResult<KernelFacts>> {
  const read = await readText(root, '/proc/sys/kernel/osrelease');
  if (isUnreadable(read)) return read;
  const release = read.text.trim();
  const [version, cmdline, config, filesystems, modules, modulesFolder, disabled] = await Promise.all([
    textOf(root, '/proc/version', 4096),
    textOf(root, '/proc/cmdline', 65_536),
    // A path made of a name from the kernel: one with a slash in it is none of ours.
    readConfig(root, release.replaceAll('/', '_')),
    textOf(root, '/proc/filesystems'),
    readModules(root),
    exists(root, `/lib/modules/${release.replaceAll('/', '_')}`),
    numberOf(root, '/proc/sys/kernel/modules_disabled'),
  ]);
  return defined({
    release,
    version: version?.trim() ?? '',
    architecture: process.arch,
    bootWords: (cmdline ?? '').split(/\s+/u).filter((word) => bootWord.test(word)),
    config,
    filesystems: parseFilesystems(filesystems ?? ''),
    modules,
    modulesFolder,
    modulesDisabled: disabled === undefined ? undefined : disabled === 1,
  });
}

/** When the machine booted and how long ago that is, both seconds; what start times are counted from. */
export interface Boot {
  readonly seconds: number;
  readonly uptime: number;
}

/** Never throws. */
export async function readBoot(root = '/'): Promise<ReadResult<Boot>> {
  const [stat, uptime] = await Promise.all([readText(root, '/proc/stat'), readText(root, '/proc/uptime')]);
  if (isUnreadable(stat)) return stat;
  if (isUnreadable(uptime)) return uptime;
  const [seconds, up] = [parseBootTime(stat.text), Number.parseFloat(uptime.text)];
  return seconds === undefined || !Number.isFinite(up)
    ? { unreadable: '/proc/stat and /proc/uptime: not what a kernel writes' }
    : { seconds, uptime: up };
}

/** Never throws. */
export async function readTime(boot: ReadResult<Boot>, now: Date, root = '/'): Promise<ReadResult<TimeFacts>> {
  if (isUnreadable(boot)) return boot;
  const init = await readStat(root, 1);
  return defined({
    clock: now.toISOString(),
    uptimeSeconds: boot.uptime,
    initAgeSeconds: init === undefined ? undefined : Math.max(0, Math.round(boot.uptime - init.startTicks / 100)),
  });
}
