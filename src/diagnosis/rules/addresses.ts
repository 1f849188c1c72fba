import { isIPv4 } from 'node:net';
import { inSubnet } from '../../util/subnet';
import { seenIn, fix, rule, seen, type Rule } from '../rule';
import { engineInfo, livingDaemons, option, settings } from '../factSelectors';

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** `bip` whose host bits are all zero, or that is no address at all. */
function unusableBip(bip: string): boolean {
  const [address = '', prefix = ''] = bip.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return true;
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Number(prefix) < 31 && number % 2 ** (32 - Number(prefix)) === 0;
}

interface Pool {
  readonly base: string;
  /** How many networks it holds. */
  readonly holds: number;
}

/** The ranges of IPv4 in `default-address-pools`, which is a list of `{ base, size }` (a flag writes `base=...,size=...`). */
function poolsOf(value: unknown): readonly Pool[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown): Pool[] => {
    const { base, size } = (
      typeof one === 'string' ? Object.fromEntries(one.split(',').map((part) => part.split('='))) : (one ?? {})
    ) as Readonly<Record<string, unknown>>;
    if (typeof base !== 'string' || !isIPv4(base.split('/')[0] ?? '')) return [];
    return [{ base, holds: Math.floor(2 ** (Number(size) - Number(base.split('/')[1]))) }];
  });
}

/** How many networks the configured ranges hold and how many of this engine's lie in them. */
function poolUse(pools: readonly Pool[], networks: readonly { readonly subnets: readonly string[] }[]) {
  const used = networks.flatMap(({ subnets }) =>
    subnets.filter((subnet) => pools.some(({ base }) => inSubnet(base, subnet.split('/')[0] ?? ''))),
  ).length;
  return { holds: pools.reduce((sum, { holds }) => sum + holds, 0), used };
}

/** Networks that the default ranges hold (docker 20.10 to 28: 15 of 172.17-31, 16 of 192.168). */
const defaultHolds = 31;

/** Address ranges, resolvers and proxies. */
export const addressRules: readonly Rule[] = [
  rule({
    id: 'network.bip-is-network-address',
    needs: ['daemonConfig'],
    explains: ['start.bridge-address', 'socket.socket-absent', 'socket.socket-dead'],
    judge: ({ daemonConfig }) => {
      const bip = option(daemonConfig, 'bip');
      if (typeof bip !== 'string' || bip === '' || bip.includes(':') || !unusableBip(bip)) return undefined;
      return {
        severity: 'error',
        title: '"bip" is not the address of a host',
        cause: `It is ${bip}; expected an address in the network with its prefix, such as 172.30.0.1/16.`,
        evidence: [seenIn(daemonConfig, 'bip', bip)],
        consequence: 'The daemon ends with "failed to allocate gateway" or "invalid CIDR address".',
        remedy: fix(
          'Write the first address of the network.',
          `sudo editor ${daemonConfig.file.path}`,
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'network.bridge-collides-with-outer-network',
    needs: ['network', 'engine'],
    judge: ({ network, engine }) => {
      if (engine.networks.outcome !== 'ok') return undefined;
      const outer = [
        ...network.resolvers.nameservers,
        ...network.routes.flatMap(({ gateway }) => gateway ?? []),
      ].filter((address) => !isLoopback(address));
      const hit = engine.networks.value.flatMap(({ name, subnets }) =>
        subnets.flatMap((subnet) =>
          outer.filter((address) => inSubnet(subnet, address)).map((address) => ({ name, subnet, address })),
        ),
      )[0];
      if (hit === undefined) return undefined;
      return {
        severity: 'warning',
        title: `The network ${hit.name} covers addresses outside of it`,
        cause: `${hit.address}, a gateway or resolver of this container, lies in its range ${hit.subnet}.`,
        evidence: [seen('GET /networks', `${hit.name} ${hit.subnet}`), seen('routes and resolvers', hit.address)],
        consequence: 'What lies there outside cannot be reached any more.',
        remedy: fix(
          'Set "default-address-pools" and "bip" to ranges that nothing outside uses.',
          'sudo editor /etc/docker/daemon.json',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'network.local-pools-exhausted',
    needs: ['engine', 'daemonConfig'],
    explains: ['log.address-pools'],
    judge: ({ engine, daemonConfig }) => {
      if (engine.networks.outcome !== 'ok') return undefined;
      const bridges = engine.networks.value.filter(({ driver }) => driver === 'bridge');
      const configured = option(daemonConfig, 'default-address-pool', 'default-address-pools');
      const { holds, used } =
        configured === undefined
          ? { holds: defaultHolds, used: bridges.length }
          : poolUse(poolsOf(configured), bridges);
      // One of thirty is nearly none; of two, one is half.
      if (!(holds >= 1) || holds - used > Math.floor(holds / 16)) return undefined;
      return {
        severity: 'warning',
        title: `The address ranges for networks are ${used < holds ? 'nearly ' : ''}used up`,
        cause: `There are ${String(used)} bridge networks in ${configured === undefined ? 'the default ranges' : '"default-address-pools"'}, which hold ${String(holds)}.`,
        evidence: [seen('GET /networks', `${String(used)} bridge networks`)],
        consequence: 'Creating a network fails: "all predefined address pools have been fully subnetted".',
        remedy: fix('Remove networks without containers.', 'docker network prune', 'changes-data'),
      };
    },
  }),
  rule({
    id: 'network.dns-loopback-filtered',
    needs: ['network', 'daemonConfig'],
    judge: ({ network, daemonConfig }) => {
      const { nameservers, path } = network.resolvers;
      // systemd-resolved keeps another file for this, which the daemon knows to look for.
      if (nameservers.length === 0 || !nameservers.every(isLoopback) || nameservers.includes('127.0.0.53'))
        return undefined;
      if (option(daemonConfig, 'dns') !== undefined) return undefined;
      return {
        severity: 'info',
        title: 'Containers ask public name servers',
        cause: `${path} names only ${nameservers.join(', ')}, which is not reachable from containers, so the daemon takes 8.8.8.8.`,
        evidence: [seen(path, nameservers.join(' '))],
        consequence: 'Names of the outer network do not resolve, and none do where public DNS is blocked.',
        remedy: fix(
          'Set "dns" to a resolver that containers can reach.',
          'sudo editor /etc/docker/daemon.json',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'network.dns-set-to-loopback',
    needs: ['daemonConfig'],
    judge: ({ daemonConfig }) => {
      const set = [option(daemonConfig, 'dns') ?? []].flat().map(String);
      const loopback = set.filter(isLoopback);
      if (loopback.length === 0) return undefined;
      return {
        severity: 'warning',
        title: 'The name server for containers is on loopback',
        cause: `"dns" is ${set.join(', ')}. In a container ${loopback[0] ?? ''} is that container itself, where no name server runs.`,
        evidence: [seenIn(daemonConfig, 'dns', set.join(', '))],
        consequence: 'Containers cannot resolve names.',
        remedy: fix(
          'Set "dns" to a name server that containers can reach, or remove it.',
          'sudo editor /etc/docker/daemon.json',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'network.dns-of-daemon-missing',
    needs: ['network'],
    explains: ['log.lookup-refused'],
    judge: ({ network }) => {
      const { nameservers, path, sizeBytes } = network.resolvers;
      if (nameservers.length > 0) return undefined;
      return {
        severity: 'warning',
        title: 'There is no name server',
        cause: `${path} ${sizeBytes === undefined ? 'does not exist' : 'names none'}.`,
        evidence: [seen(path, sizeBytes === undefined ? 'absent' : `${String(sizeBytes)} bytes`)],
        consequence: 'Images cannot be pulled: "lookup ... on [::1]:53: connection refused".',
        remedy: fix('Name a resolver.', `echo 'nameserver ADDRESS' | sudo tee ${path}`),
      };
    },
  }),
  rule({
    id: 'network.proxy-unreachable',
    needs: ['engine', 'network'],
    explains: ['log.proxyconnect'],
    judge: ({ network }, facts) => {
      const info = engineInfo(facts);
      const proxy = [info?.httpProxy, info?.httpsProxy].find((text) => text !== undefined && text !== '');
      const match = /^(?:\w+:\/\/)?(?:[^@/]*@)?(127\.[\d.]+|localhost|\[::1\]):(\d+)/.exec(proxy ?? '');
      if (match === null || network.listeners.some(({ port }) => port === Number(match[2]))) return undefined;
      return {
        severity: 'warning',
        title: 'The proxy of the daemon does not exist here',
        cause: `It is set to ${match[1] ?? ''}:${match[2] ?? ''}, which is this container itself, and nobody listens at that port.`,
        evidence: [seen('GET /info HttpProxy', proxy), seen('/proc/net/tcp', `no listener at port ${match[2] ?? ''}`)],
        consequence: 'Images cannot be pulled: "proxyconnect tcp: connection refused".',
        remedy: fix(
          'Set "proxies" to an address that can be reached from here.',
          'sudo editor /etc/docker/daemon.json',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.tcp-listen-failed',
    needs: ['daemonConfig', 'network', 'processes'],
    explains: ['start.*', 'socket.socket-absent', 'socket.socket-dead'],
    judge: ({ daemonConfig, network, processes }) => {
      const hosts = settings(daemonConfig)['hosts'];
      if (livingDaemons(processes).length > 0 || !Array.isArray(hosts)) return undefined;
      const taken = hosts.flatMap((host) => {
        const port = /^tcp:\/\/.*:(\d+)$/.exec(String(host))?.[1];
        const listener = network.listeners.find((one) => one.port === Number(port));
        return listener === undefined ? [] : [{ host: String(host), listener }];
      })[0];
      if (taken === undefined) return undefined;
      return {
        severity: 'error',
        title: `The daemon cannot listen at ${taken.host}`,
        cause: 'Another process listens at that port.',
        evidence: [
          seenIn(daemonConfig, 'hosts', taken.host),
          seen(
            '/proc/net/tcp',
            `${taken.listener.address}:${String(taken.listener.port)}, uid ${String(taken.listener.uid)}`,
          ),
        ],
        consequence: 'The daemon ends with "address already in use".',
        remedy: fix(
          'Remove it from "hosts"; here a unix socket is enough.',
          `sudo editor ${daemonConfig.file.path}`,
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.insecure-tcp-slow-start',
    needs: ['daemonConfig'],
    explains: ['daemon.start-in-progress-or-blocked'],
    judge: ({ daemonConfig }) => {
      const open = daemonConfig.hosts.filter((host) => host.startsWith('tcp://'));
      const verified = option(daemonConfig, 'tlsverify');
      if (open.length === 0 || verified === true || verified === 'true' || verified === '') return undefined;
      return {
        severity: 'warning',
        title: 'Everybody who reaches the port is root on this machine',
        cause: `The daemon listens at ${open.join(', ')} without verifying clients.`,
        evidence: [seenIn(daemonConfig, 'hosts', daemonConfig.hosts.join(' '))],
        consequence: 'The API is open, and the daemon delays its own start by up to 15 seconds.',
        remedy: fix(
          'Listen at the unix socket only, or require certificates.',
          `sudo editor ${daemonConfig.file.path}`,
          'restarts-daemon',
        ),
        docs: ['https://docs.docker.com/engine/security/protect-access/'],
      };
    },
  }),
];
