import type { Signature } from './signature';

const useLegacy = {
  label: 'Use iptables-legacy',
  command:
    'sudo update-alternatives --set iptables /usr/sbin/iptables-legacy && sudo update-alternatives --set ip6tables /usr/sbin/ip6tables-legacy',
} as const;
const useNft = {
  label: 'Use iptables-nft',
  command:
    'sudo update-alternatives --set iptables /usr/sbin/iptables-nft && sudo update-alternatives --set ip6tables /usr/sbin/ip6tables-nft',
} as const;
const routes = { label: 'Show the routes', command: 'ip route' } as const;

/** Firewall rules, bridges and addresses. Modules belong to the host's kernel: a container cannot load them. */
export const networkFailures: readonly Signature[] = [
  {
    id: 'iptables-missing',
    pattern: /[Ii]ptables not found|exec: "iptables": executable file not found/,
    title: 'iptables is not installed where the daemon looks',
    nextStep: 'Install iptables as root (Debian and Ubuntu: apt-get install iptables), then start Docker.',
    step: { label: 'Install iptables', command: 'sudo apt-get install iptables' },
  },
  {
    id: 'iptables-not-permitted',
    pattern: /\(you must be root\)/,
    title: 'The container may not change firewall rules (no CAP_NET_ADMIN)',
    nextStep: 'Start the container with --privileged; Docker cannot work in it otherwise.',
  },
  {
    id: 'emulated',
    pattern: /iptables who\?/,
    title: 'The container runs under emulation, which cannot set firewall rules',
    nextStep: "Use an image of this machine's own architecture.",
    step: { label: 'Show the architecture', command: 'uname -m' },
  },
  {
    id: 'ip6tables',
    pattern: /ip6tables.*(?:Table does not exist|Protocol not supported|not supported|failed \()/,
    title: 'Only the IPv6 firewall does not work',
    nextStep: 'Set "ip6tables": false in /etc/docker/daemon.json, then start Docker.',
  },
  {
    id: 'iptables-legacy-unsupported',
    pattern: /\(legacy\): can't initialize ip6?tables table [`'"]\w+['"]: Table does not exist/,
    title: 'The kernel has no legacy firewall tables, and iptables is set to use them',
    nextStep: 'Switch iptables to nftables, then start Docker.',
    step: useNft,
  },
  {
    id: 'kernel-module-missing',
    pattern: /Extension (\S+) revision \d+ not supported, missing kernel module/,
    title: "The host's kernel lacks the module xt_$1",
    nextStep: 'On the host, run modprobe xt_$1, then start Docker.',
  },
  {
    id: 'iptables-nft-unsupported',
    pattern:
      /Failed to initialize nft: |Could not fetch rule set generation id: |\(nf_tables\):\s+(?:TABLE|CHAIN|RULE)_\w+ failed/,
    title: 'The kernel does not support nftables, and iptables is set to use it',
    nextStep: 'Switch iptables to the legacy tables, then start Docker.',
    step: useLegacy,
  },
  {
    id: 'firewalld',
    pattern: /COMMAND_FAILED|INVALID_ZONE|ZONE_CONFLICT/,
    title: 'firewalld refuses the rules of the daemon',
    nextStep: 'Restart firewalld (it must use a backend this kernel has), then start Docker.',
    step: { label: 'Restart firewalld', command: 'sudo systemctl restart firewalld' },
  },
  {
    id: 'bridge-netfilter',
    pattern: /cannot restrict inter-container communication|bridge-nf-call-ip6?tables/,
    title: "The host's kernel lacks br_netfilter",
    nextStep: 'On the host, run modprobe br_netfilter, then start Docker.',
  },
  {
    id: 'iptables-switched-off',
    pattern: /cannot create new chains, EnableIPTable is disabled/,
    title: 'ip6tables is on while iptables is off',
    nextStep: 'Set "iptables" and "ip6tables" in /etc/docker/daemon.json to the same value.',
  },
  {
    id: 'nat-chain',
    pattern: /failed to create (?:NAT|FILTER) chain \S+|failed to add jump rules|unable to add return rule/i,
    title: 'The daemon could not set up its firewall rules',
    nextStep: 'Read what iptables said at the end of the message.',
    step: { label: 'Try iptables', command: 'sudo iptables -t nat -S' },
  },
  {
    id: 'bridge-name',
    pattern: /bridge device with non default name (\S+) must be created manually/,
    title: 'There is no bridge $1',
    nextStep: 'Create $1, or remove "bridge" from /etc/docker/daemon.json.',
  },
  {
    id: 'bridge-unsupported',
    pattern: /default "bridge" network: (?:.*: )?(?:package not installed|operation not supported)/,
    title: "The host's kernel has no support for bridges",
    nextStep: 'On the host, run modprobe bridge, then start Docker.',
  },
  {
    id: 'bridge-not-permitted',
    pattern: /default "bridge" network: (?:.*: )?operation not permitted/,
    title: 'The container may not create a network bridge (no CAP_NET_ADMIN)',
    nextStep: 'Start the container with --privileged; Docker cannot work in it otherwise.',
  },
  {
    id: 'address-pools',
    pattern:
      /could not find an available, non-overlapping IPv4 address pool|all predefined address pools have been fully subnetted|list bridge addresses failed/,
    title: 'No free address range is left for the bridge network',
    nextStep: 'Set "bip" or "default-address-pools" in /etc/docker/daemon.json to a range that no route uses.',
    step: routes,
  },
  {
    id: 'address-overlap',
    pattern: /Pool overlaps with other one on this address space|conflicts with network \S+ \(/,
    title: 'A network of the daemon overlaps another one',
    nextStep: 'Choose another range as "bip" or "default-address-pools" in /etc/docker/daemon.json.',
    step: routes,
  },
  {
    id: 'address-pool-size',
    pattern: /invalid pools? size: (\d+)/,
    title: 'An address pool has an unusable size: $1',
    nextStep: 'Make "size" in "default-address-pools" of /etc/docker/daemon.json larger than the prefix of its "base".',
  },
  {
    id: 'bridge-address',
    pattern: /invalid CIDR address: (\S+)|parse bip failed|failed to allocate gateway \(([^)]+)\)/,
    title: 'The address for the bridge ("bip") is not usable',
    nextStep: 'Write "bip" in /etc/docker/daemon.json as the address of a host with its prefix, such as 172.30.0.1/16.',
  },
  {
    id: 'ipv6-without-subnet',
    pattern: /IPv6 is enabled for the default bridge, but no subnet is configured/,
    title: 'IPv6 is on, but has no subnet',
    nextStep: 'Add "fixed-cidr-v6" to /etc/docker/daemon.json, or remove "ipv6".',
  },
];
