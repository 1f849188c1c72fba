import { configure, down, mount } from '../healthy';
import type { Case } from './cases';
import {
  lacking,
  both,
  backend,
  timeout,
  tables,
  pidFile,
  unverified,
  containersFail,
  without,
  set,
  told,
  mtu,
  history,
  hosts,
  listener,
} from './changes';

/** Networks and the daemon. */
export const engineCases: readonly Case[] = [
  [
    'network.nft-not-in-kernel',
    both(down, lacking('NF_TABLES', 'nf_tables', 'n')),
    both(down, lacking('NF_TABLES', 'nf_tables', 'n'), backend('legacy')),
  ],
  [
    'network.legacy-table-missing',
    both(down, backend('legacy'), lacking('IP_NF_NAT', 'iptable_nat', 'n')),
    both(down, lacking('IP_NF_NAT', 'iptable_nat', 'n')),
  ],
  [
    'network.addrtype-missing',
    both(down, lacking('NETFILTER_XT_MATCH_ADDRTYPE', 'xt_addrtype', 'n')),
    both(down, lacking('NETFILTER_XT_MATCH_ADDRTYPE', 'xt_addrtype', 'm')),
  ],
  [
    'network.dnat-or-port-match-missing',
    lacking('NETFILTER_XT_NAT', 'xt_nat', 'n'),
    lacking('NETFILTER_XT_NAT', 'xt_nat', 'm'),
  ],
  [
    'network.raw-table-missing',
    both(backend('legacy'), lacking('IP_NF_RAW', 'iptable_raw', 'n')),
    lacking('IP_NF_RAW', 'iptable_raw', 'n'),
  ],
  ['network.veth-missing', lacking('VETH', 'veth', 'n'), lacking('VETH', 'veth', 'm')],
  [
    'network.br-netfilter-missing',
    (f) => void delete f.sysctls.value.bridgeNfCallIptables,
    (f) => void (f.sysctls.value.bridgeNfCallIptables = 0),
  ],
  ['network.nft-legacy-mixed', tables({}, {}), tables({}, { tables: { filter: 0 } })],
  [
    'network.rules-flushed-after-start',
    tables({ dockerChain: false }),
    both(tables({ dockerChain: false }), set({ iptables: false })),
  ],
  ['network.docker-user-or-forward-drop', tables({ dockerUserRules: 2 }), tables({ dockerUserRules: 0 })],
  [
    'network.ip-forward-readonly',
    (f) => {
      down(f);
      f.sysctls.value.ipForward = 0;
      f.mounts.value.relevant = [mount('/proc/sys', [], ['ro'])];
    },
    (f) => {
      down(f);
      f.sysctls.value.ipForward = 0;
      f.mounts.value.relevant = [mount('/proc/sys')];
    },
  ],
  [
    'network.proc-sys-readonly-run-fails',
    (f) => void (f.mounts.value.relevant = [mount('/proc/sys', [], ['ro'])]),
    (f) => void (f.mounts.value.relevant = [mount('/proc/sys', [], ['ro']), mount('/proc/sys')]),
  ],
  [
    'network.ip-forward-disabled',
    (f) => void (f.sysctls.value.ipForward = 0),
    (f) => {
      down(f);
      f.sysctls.value.ipForward = 0;
    },
  ],
  ['network.iptables-disabled', set({ iptables: false }), set({ iptables: true })],
  ['network.mtu-mismatch', mtu(1400), mtu(9000)],
  ['network.bip-is-network-address', set({ bip: '172.17.0.0/16' }), set({ bip: '172.17.0.1/16' })],
  [
    'network.bridge-collides-with-outer-network',
    (f) => void (f.network.value.resolvers.nameservers = ['172.17.3.4']),
    (f) => void (f.network.value.resolvers.nameservers = ['172.18.3.4']),
  ],
  [
    'network.local-pools-exhausted',
    (f) =>
      void (f.engine.value.networks = {
        outcome: 'ok',
        ms: 1,
        value: Array.from({ length: 30 }, () => ({ name: 'x', driver: 'bridge', subnets: [] })),
      }),
    (f) =>
      void (f.engine.value.networks = {
        outcome: 'ok',
        ms: 1,
        value: Array.from({ length: 29 }, () => ({ name: 'x', driver: 'bridge', subnets: [] })),
      }),
  ],
  [
    'network.dns-loopback-filtered',
    (f) => void (f.network.value.resolvers.nameservers = ['127.0.0.11']),
    (f) => void (f.network.value.resolvers.nameservers = ['127.0.0.53']),
  ],
  ['network.dns-set-to-loopback', set({ dns: ['127.0.0.53'] }), set({ dns: ['10.0.0.53'] })],
  [
    'network.dns-of-daemon-missing',
    (f) => void (f.network.value.resolvers.nameservers = []),
    (f) => void (f.network.value.resolvers.nameservers = ['127.0.0.1', '10.0.0.1']),
  ],
  [
    'network.proxy-unreachable',
    told({ httpProxy: 'http://127.0.0.1:3128' }),
    both(told({ httpProxy: 'http://127.0.0.1:3128' }), listener(3128)),
  ],
  [
    'daemon.tcp-listen-failed',
    both(down, hosts('tcp://127.0.0.1:2375'), listener(2375)),
    both(down, hosts('tcp://127.0.0.1:2375'), listener(2376)),
  ],
  [
    'daemon.insecure-tcp-slow-start',
    hosts('tcp://0.0.0.0:2375'),
    (f) => {
      hosts('tcp://0.0.0.0:2376')(f);
      configure(f, { tlsverify: true });
    },
  ],
  [
    'daemon.daemon-pidfile-live-pid',
    both(down, pidFile('dockerd', '12', 'sleep')),
    both(down, pidFile('dockerd', '12')),
  ],
  [
    'daemon.containerd-pidfile-live-pid',
    both(down, pidFile('managed containerd', '12', 'sleep')),
    both(down, pidFile('managed containerd', '12', 'containerd')),
  ],
  [
    'daemon.stale-system-containerd-socket',
    (f) => Object.assign(f.socket.value.containerd, { kind: 'socket', listening: false }),
    (f) => Object.assign(f.socket.value.containerd, { kind: 'other', listening: false }),
  ],
  [
    'daemon.daemon-json-syntax',
    (f) =>
      void (f.daemonConfig.value.file = {
        state: 'invalid',
        path: '/d',
        sizeBytes: 3,
        message: 'x',
        line: 1,
        column: 2,
        text: '{,',
      }),
    (f) => void (f.daemonConfig.value.file = { state: 'absent', path: '/d' }),
  ],
  ['daemon.daemon-json-unknown-key', set({ 'storage-drvier': 'x' }), set({ 'storage-driver': 'overlay2' })],
  ['daemon.daemon-json-unread-key', set({ host: ['unix:///x'] }), set({ hosts: ['unix:///x'], proxies: {} })],
  [
    'daemon.flag-file-conflict',
    (f) => {
      f.daemonConfig.value.flags = { host: ['unix:///x'] };
      configure(f, { hosts: ['unix:///x'] });
    },
    (f) => {
      f.daemonConfig.value.flags = { debug: [''] };
      configure(f, { hosts: ['unix:///x'] });
    },
  ],
  [
    'daemon.fd-listener-without-systemd',
    hosts('fd://'),
    (f) => {
      hosts('fd://')(f);
      f.processes.value.systemdFolder = true;
      if (f.processes.value.init) f.processes.value.init.comm = 'systemd';
    },
  ],
  ['daemon.missing-dockerd', both(down, without('dockerd')), without('dockerd')],
  ['daemon.missing-containerd', both(down, without('containerd')), without('containerd')],
  ['daemon.missing-runc', both(down, without('runc')), without('runc')],
  [
    'daemon.missing-iptables',
    both(down, without('iptables')),
    both(down, without('iptables'), set({ iptables: false })),
  ],
  ['daemon.containers-fail', containersFail('start', 'no such runtime'), unverified],
  [
    'daemon.default-ulimits-refused',
    both(set({ 'default-ulimits': {} }), containersFail('start', 'error setting rlimit type 7: invalid argument')),
    set({ 'default-ulimits': {} }),
  ],
  ['daemon.missing-shim', both(unverified, without('containerd-shim-runc-v2')), without('containerd-shim-runc-v2')],
  [
    'daemon.missing-docker-proxy',
    without('docker-proxy'),
    both(without('docker-proxy'), set({ 'userland-proxy': false })),
  ],
  ['daemon.missing-docker-init', without('docker-init'), without('iptables')],
  ['daemon.log-driver-unavailable', set({ 'log-driver': 'journald' }), set({ 'log-driver': 'local' })],
  [
    'daemon.runtime-not-registered',
    set({ 'default-runtime': 'runsc' }),
    set({ 'default-runtime': 'runsc', runtimes: { runsc: {} } }),
  ],
  [
    'daemon.log-pipe-not-drained',
    both(timeout, (f) =>
      Object.assign(f.processes.value.dockerd[0] ?? {}, { stdout: 'pipe:[1]', wchan: 'pipe_write' }),
    ),
    timeout,
  ],
  ['daemon.start-in-progress-or-blocked', timeout, both(down, timeout)],
  ['daemon.log-pipe-closed', both(down, history('ended with 141')), both(down, history('ended with 1'))],
  [
    'daemon.dockerd-killed-leftovers',
    both(down, pidFile('dockerd', '70')),
    both(down, pidFile('dockerd', '70', 'sleep')),
  ],
  [
    'daemon.daemon-stop-kills-containers',
    told({ liveRestore: false, containersRunning: 2 }),
    told({ liveRestore: true, containersRunning: 2 }),
  ],
  [
    'daemon.live-restore-dropped',
    both(down, (f) => void (f.processes.value.shimCount = 2)),
    both(down, set({ 'live-restore': true }), (f) => void (f.processes.value.shimCount = 2)),
  ],
  [
    'daemon.containerd-died',
    (f) => void (f.engine.value.info = { outcome: 'timeout', afterMs: 4000 }),
    both(down, (f) => void (f.engine.value.info = { outcome: 'timeout', afterMs: 4000 })),
  ],
  [
    'daemon.zombie-shims',
    (f) => void (f.processes.value.zombies = { count: 5, shims: 5, parents: [{ pid: 1, comm: 'sleep', count: 5 }] }),
    (f) => void (f.processes.value.zombies = { count: 5, shims: 2, parents: [] }),
  ],
  [
    'daemon.nofile-too-low',
    (f) => Object.assign(f.processes.value.dockerd[0] ?? {}, { nofile: { soft: 256, hard: 256 } }),
    (f) => Object.assign(f.processes.value.dockerd[0] ?? {}, { nofile: { soft: 1024, hard: 1024 } }),
  ],
  [
    'daemon.seccomp-profile-refuses',
    both(
      set({ 'seccomp-profile': '/p.json' }),
      containersFail('start', 'unable to apply caps: operation not permitted'),
    ),
    containersFail('start', 'unable to apply caps: operation not permitted'),
  ],
  ['daemon.info-failed', (f) => void (f.engine.value.info = { outcome: 'failed', message: 'x' }), timeout],
];
