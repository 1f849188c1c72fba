import type { SysctlFacts } from './facts/kernel';
import { defined, numberOf, textOf } from './readResult';

const namespaces = ['user', 'net', 'mnt', 'pid', 'uts', 'ipc', 'cgroup'] as const;

/** `/proc/key-users`: uid, usage, keys by state, keys/max, bytes/max. Lines that are none are left out. */
export function parseKeyUsers(text: string): SysctlFacts['keyUsers'] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d{1,10}):\s+\d+ \d+\/\d+ (\d{1,12})\/(\d{1,12}) (\d{1,12})\/(\d{1,12})\s*$/u.exec(line);
    if (match === null) return [];
    const [uid = 0, keys = 0, maxKeys = 0, bytes = 0, maxBytes = 0] = match.slice(1).map(Number);
    return [{ uid, keys, maxKeys, bytes, maxBytes }];
  });
}

/** Never throws; what this kernel does not have is absent. */
export async function readSysctls(root = '/'): Promise<SysctlFacts> {
  const sysctl = (name: string): Promise<number | undefined> => numberOf(root, `/proc/sys/${name}`);
  const [forward, ipv6, bridge, instances, watches, fileMax, pidMax, threads] = await Promise.all([
    sysctl('net/ipv4/ip_forward'),
    sysctl('net/ipv6/conf/all/disable_ipv6'),
    sysctl('net/bridge/bridge-nf-call-iptables'),
    sysctl('fs/inotify/max_user_instances'),
    sysctl('fs/inotify/max_user_watches'),
    sysctl('fs/file-max'),
    sysctl('kernel/pid_max'),
    sysctl('kernel/threads-max'),
  ]);
  const [keys, keyBytes, rootKeys, rootKeyBytes, clone, restrict, keyUsers, limits] = await Promise.all([
    sysctl('kernel/keys/maxkeys'),
    sysctl('kernel/keys/maxbytes'),
    sysctl('kernel/keys/root_maxkeys'),
    sysctl('kernel/keys/root_maxbytes'),
    sysctl('kernel/unprivileged_userns_clone'),
    sysctl('kernel/apparmor_restrict_unprivileged_userns'),
    textOf(root, '/proc/key-users'),
    Promise.all(namespaces.map(async (kind) => [kind, await sysctl(`user/max_${kind}_namespaces`)] as const)),
  ]);
  return defined({
    ipForward: forward,
    disableIpv6: ipv6,
    bridgeNfCallIptables: bridge,
    inotifyInstances: instances,
    inotifyWatches: watches,
    fileMax,
    pidMax,
    threadsMax: threads,
    keysMax: keys,
    keysMaxBytes: keyBytes,
    keysRootMax: rootKeys,
    keysRootMaxBytes: rootKeyBytes,
    maxNamespaces: defined(Object.fromEntries(limits)) as Record<string, number>,
    unprivilegedUsernsClone: clone,
    apparmorRestrictUserns: restrict,
    keyUsers: parseKeyUsers(keyUsers ?? ''),
  });
}
