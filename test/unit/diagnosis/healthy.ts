import type { Facts, SliceName } from '../../../src/host/facts/facts';
import type { CgroupLevel } from '../../../src/host/facts/cgroup';

type Mutable<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
type ValueOf<F> = Extract<F, { readonly value: unknown }>;

/** Facts of which every slice was read, to be changed by a test. */
export type HealthyFacts = Mutable<Omit<Facts, SliceName> & { [S in SliceName]: ValueOf<Facts[S]> }>;

const all = 'CHOWN NET_ADMIN NET_RAW SYS_ADMIN SYS_MODULE SYS_RESOURCE MKNOD'.split(' ');
const info = {
  ...{ id: 'A', name: 'station', operatingSystem: 'Debian', kernelVersion: '6.1.0', serverVersion: '28.5.2' },
  ...{
    dataRoot: '/var/lib/docker',
    driver: 'overlay2',
    driverStatus: [],
    cgroupDriver: 'cgroupfs',
    cgroupVersion: '2',
  },
  ...{
    containers: 0,
    containersRunning: 0,
    images: 1,
    cpus: 4,
    memoryBytes: 8e9,
    liveRestore: true,
    loggingDriver: 'json-file',
  },
  ...{ defaultRuntime: 'runc', runtimes: ['runc'], initBinary: 'docker-init', securityOptions: [], warnings: [] },
  ...{ httpProxy: '', httpsProxy: '', noProxy: '', swarm: 'inactive', cpuQuota: true, swapLimit: true },
};
const process = { ppid: 1, state: 'S', startedAt: '2026-01-01T00:00:00.000Z', uid: 0 };
const nofile = { soft: 1048576, hard: 1048576 };

export function level(folder: string, more: Partial<CgroupLevel> = {}): CgroupLevel {
  const controllers = ['cpuset', 'cpu', 'io', 'memory', 'pids'];
  const plain = { type: 'domain', processes: [], processCount: 0, limits: {}, usage: {}, writable: true };
  return { folder, controllers, delegated: controllers, ...plain, ...more };
}

function storageRoot(role: 'data' | 'containerd' | 'exec' | 'run' | 'tmp', path: string) {
  const space = { totalBytes: 1e11, freeBytes: 5e10, availableBytes: 5e10, totalInodes: 1e6, freeInodes: 5e5 };
  const mount = { exists: true, ownMount: true, mountPoint: path, fsType: 'ext4', source: '/dev/sda', readOnly: false };
  return { role, path, ...mount, options: ['rw'], superOptions: ['rw'], space: { value: space } };
}

/** A privileged container on version 2 with a prepared daemon that answers: nothing is wrong with it. */
export function healthyFacts(change: (facts: HealthyFacts) => void = () => undefined): Facts {
  const facts: Facts = {
    schema: 1,
    takenAt: '2026-01-01T01:00:00.000Z',
    tookMs: 50,
    identity: {
      value: {
        pid: 9,
        uid: 1000,
        gid: 1000,
        userName: 'coder',
        groupIds: [998],
        groups: [{ name: 'docker', gid: 998, members: ['coder'] }],
      },
    },
    capabilities: { value: { own: { effective: [], bounding: all }, last: all.length - 1 } },
    security: { value: { seccomp: 'disabled', noNewPrivileges: false, apparmorParser: true, selinux: false } },
    userNamespace: { value: { uidMap: [{ inside: 0, outside: 0, count: 4294967295 }], gidMap: [], initial: true } },
    sudo: { value: { path: '/usr/bin/sudo', setuidRoot: true, nosuid: false, dropIn: true, allowed: 'yes' } },
    kernel: {
      value: {
        ...{ release: '6.1.0', version: 'Linux', architecture: 'x64', bootWords: [], filesystems: ['overlay', 'ext4'] },
        config: {
          value: {
            source: '/boot/config',
            options: {
              NF_TABLES: 'm',
              IP_NF_NAT: 'm',
              VETH: 'm',
              OVERLAY_FS: 'm',
              NETFILTER_XT_MATCH_ADDRTYPE: 'm',
              NETFILTER_XT_NAT: 'm',
              IP_NF_RAW: 'm',
              MODULES: 'y',
            },
          },
        },
        modules: { value: ['nf_tables', 'veth', 'overlay', 'xt_addrtype', 'xt_nat', 'iptable_raw', 'iptable_nat'] },
        modulesFolder: true,
      },
    },
    sysctls: {
      value: {
        ...{ ipForward: 1, bridgeNfCallIptables: 1, inotifyInstances: 128, inotifyWatches: 100000 },
        maxNamespaces: { user: 1000, net: 1000, mnt: 1000 },
        keyUsers: [{ uid: 0, keys: 3, maxKeys: 1000, bytes: 40, maxBytes: 20000 }],
      },
    },
    time: { value: { clock: '2026-01-01T01:00:00.000Z', uptimeSeconds: 9000 } },
    platform: { value: { chain: [{ layer: 'runtime', name: 'docker', confidence: 'certain', evidence: [] }] } },
    cgroup: {
      value: {
        version: 'v2',
        mounts: [{ version: 2, controllers: [], mountPoint: '/sys/fs/cgroup', root: '/', readOnly: false }],
        memberships: [{ hierarchy: 0, controllers: [], path: '/init' }],
        kernelControllers: ['cpuset', 'cpu', 'blkio', 'memory', 'pids'].map((name) => ({
          name,
          hierarchy: 0,
          enabled: true,
        })),
        namespace: { kind: 'private', evidence: [] },
        levels: [
          level('/sys/fs/cgroup'),
          level('/sys/fs/cgroup/init', { delegated: [], processes: [1], processCount: 1 }),
        ],
        v1Levels: {},
        dockerLevel: level('/sys/fs/cgroup/docker'),
        effective: { cpus: { value: 'max' }, memoryBytes: { value: 'max' }, pids: { value: 'max' } },
      },
    },
    mounts: { value: { count: 20, root: mount('/', ['shared:1']), relevant: [] } },
    storage: {
      value: {
        roots: [
          storageRoot('data', '/var/lib/docker'),
          storageRoot('containerd', '/var/lib/containerd'),
          storageRoot('exec', '/var/run/docker'),
          storageRoot('run', '/run'),
          storageRoot('tmp', '/tmp'),
        ],
        devFuse: { kind: 'absent', accessible: false },
        fuseOverlayfs: false,
        drivers: { value: ['overlay2'] },
      },
    },
    network: {
      value: {
        routes: [{ family: 4, destination: '0.0.0.0/0', gateway: '10.1.0.1', device: 'eth0', metric: 0 }],
        resolvers: { path: '/etc/resolv.conf', nameservers: ['10.1.0.2'], search: [], sizeBytes: 20 },
        devices: [
          { name: 'eth0', mtu: 1500, state: 'up', bridge: false, addresses: ['10.1.0.3/24'] },
          { name: 'docker0', mtu: 1500, state: 'up', bridge: true, addresses: ['172.17.0.1/16'] },
        ],
        listeners: [],
        iptables: { program: '/usr/sbin/iptables', backend: 'nft', programs: [], legacyTables: { value: [] } },
        hostName: 'station',
      },
    },
    processes: {
      value: {
        ...{
          count: 9,
          hidden: false,
          shimCount: 0,
          nestedDaemons: 0,
          proxyCount: 0,
          systemdFolder: false,
          daemonChildren: [],
          shims: [],
        },
        init: { ...process, pid: 1, comm: 'tini', zombies: 0 },
        dockerd: [{ ...process, pid: 70, comm: 'dockerd', nofile, argv: ['dockerd'], stdout: '/var/log/dockerd.log' }],
        containerd: [{ ...process, pid: 80, comm: 'containerd', nofile }],
        zombies: { count: 0, shims: 0, parents: [] },
      },
    },
    pidFiles: {
      value: [
        {
          role: 'dockerd',
          path: '/var/run/docker.pid',
          state: 'read',
          content: '70',
          pid: 70,
          process: { comm: 'dockerd', state: 'S', startedAt: process.startedAt },
        },
        { role: 'managed containerd', path: '/var/run/docker/containerd/containerd.pid', state: 'absent' },
      ],
    },
    daemonConfig: {
      value: {
        file: { state: 'parsed', path: '/etc/docker/daemon.json', sizeBytes: 2, uid: 0, mode: 420, content: {} },
        flags: {},
        ...{
          dataRoot: '/var/lib/docker',
          execRoot: '/var/run/docker',
          pidFile: '/var/run/docker.pid',
          hosts: ['unix:///var/run/docker.sock'],
        },
        programs: {
          dockerd: '/usr/bin/dockerd',
          containerd: '/usr/bin/containerd',
          runc: '/usr/bin/runc',
          'containerd-shim-runc-v2': '/usr/bin/containerd-shim-runc-v2',
          'docker-proxy': '/usr/bin/docker-proxy',
          iptables: '/usr/sbin/iptables',
          'docker-init': '/usr/bin/docker-init',
          'apt-get': '/usr/bin/apt-get',
        },
      },
    },
    daemonLog: {
      value: {
        path: '/var/log/dockerd.log',
        sizeBytes: 99,
        modifiedAt: process.startedAt,
        lastStart: [],
        startFound: true,
        errors: [],
        readBytes: 99,
      },
    },
    endpoint: {
      value: {
        clients: [
          {
            client: 'this program',
            environment: {},
            result: {
              ok: true,
              endpoint: {
                kind: 'unix',
                socketPath: '/var/run/docker.sock',
                source: 'default',
                display: 'unix:///var/run/docker.sock',
              },
            },
          },
        ],
        cliConfig: {
          path: '/home/coder/.docker/config.json',
          state: 'absent',
          credentialHelpers: [],
          credentialHelpersFound: [],
        },
        cli: '/usr/bin/docker',
        cliPlugins: ['buildx', 'compose'],
        proxyVariables: [],
      },
    },
    socket: {
      value: {
        ...{
          path: '/var/run/docker.sock',
          resolved: '/run/docker.sock',
          kind: 'socket',
          uid: 0,
          gid: 998,
          mode: 0o660,
          listening: true,
        },
        ...{ writable: true, closedFolders: [], varRun: 'link', otherSockets: [] },
        containerd: { path: '/run/containerd/containerd.sock', kind: 'absent' },
      },
    },
    verification: { value: { verdict: 'yes' } },
    engine: {
      value: {
        endpoint: 'unix:///var/run/docker.sock',
        ping: { outcome: 'ok', ms: 2 },
        version: {
          outcome: 'ok',
          ms: 3,
          value: {
            version: '28.5.2',
            apiVersion: '1.51',
            minApiVersion: '1.24',
            os: 'linux',
            arch: 'amd64',
            kernelVersion: '6.1.0',
            components: [{ name: 'containerd', version: '1.7' }],
          },
        },
        info: { outcome: 'ok', ms: 5, value: info },
        networks: { outcome: 'ok', ms: 1, value: [{ name: 'bridge', driver: 'bridge', subnets: ['172.17.0.0/16'] }] },
      },
    },
    helper: {
      value: { installed: 'trusted', knowsUser: true, users: ['coder'], config: {}, history: [], warnings: [] },
    },
    root: {
      value: {
        ...{
          helperVersion: '1',
          processes: [],
          drivers: ['overlay2'],
          roots: [],
          databases: [],
          socketAcl: [],
          kernelLog: [],
        },
        iptables: { value: { nft: { tables: { nat: 5, filter: 9 }, dockerChain: true, dockerUserRules: 0 } } },
      },
    },
  };
  // Every call begins with objects of its own, `info` and the tables included.
  const own = structuredClone(facts) as HealthyFacts;
  change(own);
  return own;
}

export function mount(mountPoint: string, propagation: string[] = [], options: string[] = ['rw']) {
  return {
    id: 1,
    parentId: 0,
    device: '0:1',
    root: '/',
    mountPoint,
    options,
    propagation,
    fsType: 'ext4',
    source: 'x',
    superOptions: [],
  };
}

/** The daemon is gone, and nothing of it is left. */
export function down(facts: HealthyFacts): void {
  facts.processes.value.dockerd = [];
  facts.processes.value.containerd = [];
  facts.pidFiles.value = [];
  delete facts.daemonConfig.value.flags;
  facts.socket.value.kind = 'absent';
  facts.engine.value.ping = { outcome: 'absent' };
  facts.engine.value.version = { outcome: 'skipped' };
  facts.engine.value.info = { outcome: 'skipped' };
  facts.engine.value.networks = { outcome: 'skipped' };
}

/** Changes what the engine says of itself. */
export function inform(facts: HealthyFacts, change: Record<string, unknown>): void {
  const { info } = facts.engine.value;
  if (info.outcome === 'ok') Object.assign(info.value, change);
}

/** Sets keys of daemon.json. */
export function configure(facts: HealthyFacts, content: Record<string, unknown>): void {
  const { file } = facts.daemonConfig.value;
  if (file.state === 'parsed') file.content = content;
}

/** cgroup v1, and a group bound over the memory hierarchy, which the living daemon sees as everybody does. */
export function covered(facts: HealthyFacts): void {
  const cgroup = facts.cgroup.value;
  const memory = { version: 1 as const, controllers: ['memory'], mountPoint: '/sys/fs/cgroup/memory', readOnly: false };
  const taken = { ...memory, root: '/', cover: { fsType: 'cgroup', mountPoint: memory.mountPoint, root: '/outer' } };
  cgroup.version = 'v1';
  cgroup.mounts = [
    { ...memory, controllers: ['devices'], mountPoint: '/sys/fs/cgroup/devices', root: '/' },
    { ...memory, root: '/outer' },
  ];
  cgroup.runc = [{ controllers: ['memory'], taken, found: false }];
  cgroup.daemons = [{ pid: 70, comm: 'dockerd', table: 'same' }];
}
