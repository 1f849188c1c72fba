import { configure, down, inform, mount, type HealthyFacts } from '../healthy';
import type { Case } from './cases';

const lacking = (option: string, module: string, value: 'm' | 'n') => (facts: HealthyFacts) => {
  if ('value' in facts.kernel.value.config) facts.kernel.value.config.value.options[option] = value;
  if ('value' in facts.kernel.value.modules)
    facts.kernel.value.modules.value = facts.kernel.value.modules.value.filter((name) => name !== module);
};
const both =
  (...changes: ((facts: HealthyFacts) => void)[]) =>
  (facts: HealthyFacts) => {
    for (const change of changes) change(facts);
  };
const backend = (name: 'nft' | 'legacy') => (facts: HealthyFacts) => void (facts.network.value.iptables.backend = name);
const ping = (value: HealthyFacts['engine']['value']['ping']) => (facts: HealthyFacts) =>
  void (facts.engine.value.ping = value);
const unreachable = (code: string) => ping({ outcome: 'unreachable', code, message: code });
const timeout = ping({ outcome: 'timeout', afterMs: 2000 });
const tables = (nft: object, legacy?: object) => (facts: HealthyFacts) =>
  void (facts.root.value.iptables = {
    value: {
      nft: { tables: { nat: 5 }, dockerChain: true, dockerUserRules: 0, ...nft },
      ...(legacy && { legacy: { tables: { filter: 2 }, dockerChain: false, dockerUserRules: 0, ...legacy } }),
    },
  });
const pidFile = (role: 'dockerd' | 'managed containerd', content: string, comm?: string) => (facts: HealthyFacts) =>
  void (facts.pidFiles.value = [
    {
      role,
      path: '/p',
      state: 'read',
      content,
      ...(/^\d+$/.test(content) && { pid: Number(content) }),
      ...(comm !== undefined && { process: { comm, state: 'S', startedAt: '' } }),
    },
  ]);
const unverified = (facts: HealthyFacts) => void Object.assign(facts, { verification: { unreadable: 'not tried' } });
const containersFail = (step: string, message: string) => (facts: HealthyFacts) =>
  void Object.assign(facts.verification, { value: { verdict: 'no', step, message } });
const without = (program: keyof HealthyFacts['daemonConfig']['value']['programs']) => (facts: HealthyFacts) =>
  void Reflect.deleteProperty(facts.daemonConfig.value.programs, program);
const environment = (set: Record<string, string>) => (facts: HealthyFacts) => {
  for (const client of facts.endpoint.value.clients) client.environment = set;
};
const misled = (message: string) => (facts: HealthyFacts) => {
  for (const client of facts.endpoint.value.clients) client.result = { ok: false, message };
};
const user = (facts: HealthyFacts) => facts.identity.value;
const set = (content: Record<string, unknown>) => (facts: HealthyFacts) => configure(facts, content);
const told = (change: Record<string, unknown>) => (facts: HealthyFacts) => inform(facts, change);
const mtu = (value: number) => (facts: HealthyFacts) =>
  void Object.assign(facts.network.value.devices[0] ?? {}, { mtu: value });
const history = (why: string) => (facts: HealthyFacts) =>
  void (facts.helper.value.history = [{ at: 'x', what: 'died', why, ms: 1 }]);
const far = {
  kind: 'tcp',
  host: 'docker',
  port: 2375,
  basePath: '',
  source: 'DOCKER_HOST',
  display: 'tcp://docker:2375',
};
const denied = ping({ outcome: 'denied', path: {} as never });
const refused = ping({ outcome: 'refused', path: {} as never });
const hosts =
  (...list: string[]) =>
  (facts: HealthyFacts) => {
    facts.daemonConfig.value.hosts = list;
    configure(facts, { hosts: list });
  };
const listener = (port: number) => (facts: HealthyFacts) =>
  void facts.network.value.listeners.push({ address: '127.0.0.1', port, uid: 0, inode: 1 });

/** Networks, the daemon, its socket and clients. */
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
  [
    'client.proxy-before-engine',
    (f) =>
      Object.assign(f.endpoint.value.clients[0] ?? {}, { result: { ok: true, endpoint: far }, proxy: 'HTTP_PROXY' }),
    (f) => Object.assign(f.endpoint.value.clients[0] ?? {}, { result: { ok: true, endpoint: far } }),
  ],
  ['client.tls-name-mismatch', unreachable('ERR_TLS_CERT_ALTNAME_INVALID'), unreachable('ETIMEDOUT')],
  ['client.tls-no-names', unreachable('CERT_WITHOUT_NAMES'), unreachable('ERR_TLS_CERT_ALTNAME_INVALID')],
  ['client.tls-unknown-ca', unreachable('SELF_SIGNED_CERT_IN_CHAIN'), unreachable('CERT_HAS_EXPIRED')],
  ['client.tls-server-expired-or-clock', unreachable('CERT_HAS_EXPIRED'), unreachable('ETIMEDOUT')],
  [
    'client.tls-client-cert-refused',
    unreachable('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    unreachable('ETIMEDOUT'),
  ],
  ['client.tls-to-http-port', unreachable('EPROTO'), unreachable('ECONNRESET')],
  [
    'client.http-to-tls-port',
    ping({ outcome: 'status', status: 400, body: 'Client sent an HTTP request to an HTTPS server.' }),
    ping({ outcome: 'status', status: 400, body: 'no' }),
  ],
  ['client.docker-host-wrong', misled('DOCKER_HOST is no address'), misled('cert.pem is missing')],
  ['client.tls-client-files-missing', misled('cert.pem is missing'), misled('DOCKER_HOST is no address')],
  [
    'client.client-too-new-forced',
    environment({ DOCKER_API_VERSION: '1.99' }),
    environment({ DOCKER_API_VERSION: '1.51' }),
  ],
  ['client.client-too-old', environment({ DOCKER_API_VERSION: '1.9' }), environment({ DOCKER_API_VERSION: '1.24' })],
  [
    'client.cli-config-broken',
    (f) => Object.assign(f.endpoint.value.cliConfig, { state: 'invalid', problem: 'x' }),
    (f) => Object.assign(f.endpoint.value.cliConfig, { state: 'parsed', uid: 1000 }),
  ],
  [
    'client.credential-helper-missing',
    (f) => void (f.endpoint.value.cliConfig.credentialHelpers = ['desktop']),
    (f) => {
      f.endpoint.value.cliConfig.credentialHelpers = ['pass'];
      f.endpoint.value.cliConfig.credentialHelpersFound = ['pass'];
    },
  ],
  [
    'client.cli-plugin-missing',
    (f) => void (f.endpoint.value.cliPlugins = ['buildx']),
    (f) => {
      f.endpoint.value.cliPlugins = [];
      delete f.endpoint.value.cli;
    },
  ],
  [
    'client.bind-path-not-on-daemon-side',
    (f) => {
      f.processes.value.dockerd = [];
      f.socket.value.mount = mount('/run/docker.sock');
      inform(f, { name: 'host' });
    },
    (f) => {
      f.processes.value.dockerd = [];
      f.socket.value.mount = mount('/run/docker.sock');
    },
  ],
  [
    'helper.sudo-no-new-privs',
    (f) => void (f.security.value.noNewPrivileges = true),
    (f) => {
      f.security.value.noNewPrivileges = true;
      user(f).uid = 0;
    },
  ],
  [
    'helper.sudo-nosuid',
    (f) => void (f.sudo.value.nosuid = true),
    (f) => {
      f.sudo.value.nosuid = true;
      user(f).uid = 0;
    },
  ],
  [
    'helper.sudo-password-required',
    (f) => void (f.sudo.value.allowed = 'no'),
    (f) => void (f.sudo.value.allowed = 'unknown'),
  ],
  [
    'helper.missing',
    (f) => void (f.helper.value.installed = 'missing'),
    (f) => {
      f.helper.value.installed = 'missing';
      f.socket.value.mount = mount('/run/docker.sock');
    },
  ],
  [
    'helper.untrusted',
    (f) => void (f.helper.value.installed = 'untrusted'),
    (f) => void (f.helper.value.installed = 'missing'),
  ],
  [
    'socket.socket-path-is-directory',
    (f) => {
      down(f);
      f.socket.value.kind = 'directory';
    },
    (f) => {
      down(f);
      f.socket.value.kind = 'file';
    },
  ],
  [
    'socket.socket-stale-bind-mount',
    both(down, refused, (f) => void (f.socket.value.mount = mount('/run/docker.sock'))),
    both(down, refused),
  ],
  ['socket.socket-dead', both(down, refused, (f) => void (f.socket.value.kind = 'socket')), both(down, refused)],
  ['socket.socket-absent', down, both(down, refused)],
  [
    'socket.group-membership-not-effective',
    both(denied, (f) => void (user(f).groupIds = [])),
    both(denied, (f) => {
      user(f).groupIds = [];
      user(f).groups = [{ name: 'docker', gid: 998, members: [] }];
    }),
  ],
  [
    'socket.socket-group-missing',
    both(denied, (f) => void (f.socket.value.gid = 0)),
    both(denied, (f) => void (user(f).groupIds = [])),
  ],
  ['socket.socket-permission-denied', denied, both(denied, (f) => void (f.socket.value.gid = 0))],
  [
    'socket.socket-world-writable',
    (f) => void (f.socket.value.mode = 0o666),
    (f) => void (f.socket.value.mode = 0o664),
  ],
];
