import { configure, covered, down, inform, level, mount, type HealthyFacts } from '../healthy';
import type { Case } from './cases';
import { both, unverified } from './changes';

const bounding = (facts: HealthyFacts, ...names: string[]) => void (facts.capabilities.value.own.bounding = names);
const root = (facts: HealthyFacts, change: object) => void Object.assign(facts.cgroup.value.levels[0] ?? {}, change);
const data = (facts: HealthyFacts, change: object) => void Object.assign(facts.storage.value.roots[0] ?? {}, change);
const containerdRoot = (facts: HealthyFacts, change: object) =>
  void Object.assign(facts.storage.value.roots[1] ?? {}, change);
const version1 = (facts: HealthyFacts, ...names: string[]) => {
  facts.cgroup.value.version = 'v1';
  facts.cgroup.value.mounts = names.map((name) => ({
    version: 1 as const,
    controllers: [name],
    mountPoint: `/sys/fs/cgroup/${name}`,
    root: '/',
    readOnly: false,
  }));
};
const database = (path: string, state: 'damaged' | 'empty' | 'ok') => (facts: HealthyFacts) =>
  void (facts.root.value.databases = [{ path, sizeBytes: 9, state }]);
const platform = (
  facts: HealthyFacts,
  name: 'gvisor' | 'podman' | 'orbstack' | 'rootless',
  confidence: 'certain' | 'hint' = 'certain',
) => void (facts.platform.value.chain = [{ layer: 'runtime', name, confidence, evidence: [] }]);
const snapshots = { driverStatus: [['driver-type', 'io.containerd.snapshotter.v1']], images: 0 };
const imagesOnOverlay = (facts: HealthyFacts) => {
  inform(facts, snapshots);
  containerdRoot(facts, { fsType: 'overlay' });
};
const disk = (freeBytes: number, freeInodes = 5e5) => ({
  space: { value: { totalBytes: 1e11, freeBytes, availableBytes: freeBytes, totalInodes: 1e6, freeInodes } },
});

/** What a container was given, and the machine below it. */
export const machineCases: readonly Case[] = [
  ['security.not-privileged', (f) => bounding(f, 'CHOWN'), (f) => bounding(f, 'SYS_ADMIN', 'NET_ADMIN', 'SYS_MODULE')],
  [
    'security.no-sys-admin-but-net-admin',
    (f) => bounding(f, 'NET_ADMIN'),
    (f) => bounding(f, 'NET_ADMIN', 'SYS_ADMIN'),
  ],
  ['network.iptables-no-net-admin', (f) => bounding(f, 'SYS_ADMIN'), (f) => bounding(f, 'NET_ADMIN', 'SYS_ADMIN')],
  [
    'security.inner-privileged-exceeds-bounding-set',
    (f) => void (f.capabilities.value.last = 40),
    (f) => void (f.capabilities.value.last = 6),
  ],
  [
    'security.apparmor-not-visible',
    (f) => void (f.security.value.apparmorEnabled = true),
    (f) => {
      f.security.value.apparmorEnabled = true;
      inform(f, { securityOptions: ['name=apparmor'] });
    },
  ],
  [
    'security.apparmor-parser-missing',
    (f) => Object.assign(f.security.value, { apparmorEnabled: true, modules: ['apparmor'], apparmorParser: false }),
    (f) => Object.assign(f.security.value, { apparmorEnabled: true, modules: ['apparmor'] }),
  ],
  [
    'security.selinux-unavailable',
    (f) => configure(f, { 'selinux-enabled': true }),
    (f) => {
      configure(f, { 'selinux-enabled': true });
      f.security.value.selinux = true;
    },
  ],
  [
    'security.userns-remap-moves-data-root',
    (f) => inform(f, { securityOptions: ['name=userns'] }),
    (f) => inform(f, { securityOptions: ['name=seccomp'] }),
  ],
  [
    'security.rootless-userns-forbidden',
    (f) => {
      down(f);
      platform(f, 'rootless');
      f.sysctls.value.maxNamespaces = { user: 0 };
    },
    (f) => {
      down(f);
      f.sysctls.value.maxNamespaces = { user: 0 };
    },
  ],
  [
    'security.rootless-xdg-runtime-dir',
    (f) => platform(f, 'rootless'),
    (f) => {
      platform(f, 'rootless');
      for (const client of f.endpoint.value.clients) client.environment = { XDG_RUNTIME_DIR: '/run/user/1000' };
    },
  ],
  [
    'cgroup.v2-foreign-process-in-root',
    (f) => root(f, { processes: [0], delegated: [] }),
    (f) => root(f, { processes: [12], delegated: [] }),
  ],
  [
    'cgroup.v2-nesting-not-prepared',
    (f) => root(f, { processes: [1, 12], delegated: ['cpu', 'pids'] }),
    (f) => root(f, { processes: [1, 12], delegated: [], type: undefined }),
  ],
  [
    'cgroup.memory-controller-disabled-at-boot',
    (f) => {
      for (const one of f.cgroup.value.kernelControllers) one.enabled = one.name !== 'memory';
    },
    (f) => {
      for (const one of f.cgroup.value.kernelControllers) one.enabled = one.name !== 'pids';
    },
  ],
  [
    'cgroup.v2-controllers-not-delegated',
    (f) => root(f, { controllers: ['cpu', 'pids', 'cpuset', 'io'] }),
    (f) => {
      root(f, { controllers: ['cpu', 'pids', 'cpuset', 'io'] });
      for (const one of f.cgroup.value.kernelControllers) one.enabled = one.name !== 'memory';
    },
  ],
  [
    'cgroup.sysv-init-pollutes-cgroup2',
    (f) =>
      void f.cgroup.value.mounts.push({
        version: 1,
        controllers: ['cpuacct'],
        mountPoint: '/sys/fs/cgroup/cpuacct',
        root: '/',
        readOnly: false,
      }),
    (f) =>
      void f.cgroup.value.mounts.push({
        version: 1,
        controllers: ['cpuacct'],
        mountPoint: '/mnt/cpuacct',
        root: '/',
        readOnly: false,
      }),
  ],
  ['cgroup.cgroup-tree-quota-depth', (f) => root(f, { maxDepth: 1 }), (f) => root(f, { maxDepth: 5 })],
  [
    'cgroup.cgroupns-host-escapes-outer-limit',
    (f) => {
      f.cgroup.value.namespace.kind = 'host';
      f.cgroup.value.memberships = [{ hierarchy: 0, controllers: [], path: '/docker/abc' }];
    },
    (f) => {
      f.cgroup.value.namespace.kind = 'host';
      f.cgroup.value.memberships = [{ hierarchy: 0, controllers: [], path: '/' }];
    },
  ],
  [
    'cgroup.cgroup-not-mounted',
    (f) => {
      down(f);
      f.cgroup.value.version = 'none';
      f.cgroup.value.mounts = [];
    },
    (f) => {
      down(f);
      version1(f, 'devices');
    },
  ],
  [
    'cgroup.cgroup-mount-readonly',
    (f) => {
      for (const one of f.cgroup.value.mounts) one.readOnly = true;
    },
    (f) => {
      version1(f, 'devices', 'name=systemd');
      for (const one of f.cgroup.value.mounts) one.readOnly = one.controllers.includes('name=systemd');
    },
  ],
  [
    'cgroup.v1-mount-covered',
    covered,
    // A daemon with a table of its own, in which nothing is covered.
    (f) => {
      covered(f);
      const { mounts } = f.cgroup.value;
      f.cgroup.value.daemons = [{ pid: 70, comm: 'dockerd', table: { mounts, runc: [] } }];
    },
  ],
  ['cgroup.v1-memory-hierarchy-missing', (f) => version1(f, 'devices', 'cpu'), (f) => version1(f, 'devices', 'memory')],
  [
    'cgroup.v1-named-systemd-hierarchy-missing',
    (f) => version1(f, 'devices', 'memory'),
    (f) => version1(f, 'devices', 'memory', 'name=systemd'),
  ],
  [
    'cgroup.v1-cpuset-empty',
    (f) =>
      void (f.cgroup.value.v1Levels = { cpuset: [level('/c', { limits: { cpuset: '', cpusetMems: '0' } })] } as never),
    (f) =>
      void (f.cgroup.value.v1Levels = { cpuset: [level('/c', { limits: { cpuset: '0', cpusetMems: '0' } })] } as never),
  ],
  [
    'cgroup.run-systemd-leaked',
    (f) => {
      f.processes.value.systemdFolder = true;
      inform(f, { cgroupDriver: 'systemd' });
    },
    (f) => {
      f.processes.value.systemdFolder = true;
      if (f.processes.value.init) f.processes.value.init.comm = 'systemd';
    },
  ],
  [
    'cgroup.driver-systemd-without-systemd',
    (f) => inform(f, { cgroupDriver: 'systemd' }),
    (f) => {
      inform(f, { cgroupDriver: 'systemd' });
      f.processes.value.systemdFolder = true;
      if (f.processes.value.init) f.processes.value.init.comm = 'systemd';
    },
  ],
  [
    'cgroup.cgroup-parent-not-slice',
    (f) => configure(f, { 'exec-opts': ['native.cgroupdriver=systemd'], 'cgroup-parent': '/x' }),
    (f) => configure(f, { 'cgroup-parent': '/x' }),
  ],
  [
    'cgroup.outer-pids-limit',
    (f) => void (f.cgroup.value.effective.pids = { value: 100, folder: '/x' }),
    (f) => void (f.cgroup.value.effective.pids = { value: 4096, folder: '/x' }),
  ],
  [
    'cgroup.memory-thrash-under-outer-limit',
    (f) => void (f.cgroup.value.effective.memoryBytes = { value: 1e8, folder: '/x' }),
    (f) => void (f.cgroup.value.effective.memoryBytes = { value: 1e9, folder: '/x' }),
  ],
  [
    'platform.orbstack-cgroupns-host',
    (f) => {
      platform(f, 'orbstack');
      f.cgroup.value.namespace.kind = 'host';
    },
    (f) => platform(f, 'orbstack'),
  ],
  [
    'kernel.keyring-quota',
    (f) => {
      for (const one of f.sysctls.value.keyUsers) one.keys = 1000;
    },
    (f) => {
      for (const one of f.sysctls.value.keyUsers) one.keys = 900;
    },
  ],
  [
    'security.no-sys-resource',
    (f) => {
      f.capabilities.value.own.bounding = ['SYS_ADMIN', 'NET_ADMIN'];
      f.daemonLog.value.errors = [`level=error msg="can't get final child's PID from pipe: EOF"`];
    },
    (f) => void (f.daemonLog.value.errors = [`level=error msg="can't get final child's PID from pipe: EOF"`]),
  ],
  [
    'kernel.namespace-quota',
    (f) => void (f.sysctls.value.maxNamespaces = { net: 0 }),
    (f) => void (f.sysctls.value.maxNamespaces = { net: 1 }),
  ],
  [
    'kernel.inotify-exhausted',
    (f) => void (f.sysctls.value.inotifyInstances = 8),
    (f) => void (f.sysctls.value.inotifyInstances = 64),
  ],
  [
    'kernel.outer-kernel-hides-modules',
    (f) => void (f.kernel.value.modulesFolder = false),
    (f) => {
      f.kernel.value.modulesFolder = false;
      f.kernel.value.config = { value: { source: 'x', options: { MODULES: 'n' } } };
    },
  ],
  [
    'kernel.synology-no-cfs',
    (f) => inform(f, { cpuQuota: false }),
    (f) => {
      inform(f, { cpuQuota: false });
      root(f, { controllers: ['memory'] });
    },
  ],
  ['kernel.swap-limit-unsupported', (f) => inform(f, { swapLimit: false }), (f) => inform(f, { swapLimit: undefined })],
  [
    'kernel.outer-limit-killed-inner',
    (f) => root(f, { usage: { memoryEvents: { oom_kill: 1 } } }),
    (f) => root(f, { usage: { memoryEvents: { oom_kill: 0, max: 5 } } }),
  ],
  [
    'kernel.throttling-is-counted-at-the-limiting-level',
    (f) => void (f.cgroup.value.effective.cpus = { value: 0.5 }),
    (f) => void (f.cgroup.value.effective.cpus = { value: 2 }),
  ],
  ['platform.gvisor-iptables', (f) => platform(f, 'gvisor'), (f) => platform(f, 'gvisor', 'hint')],
  [
    'platform.podman-outer',
    (f) => {
      platform(f, 'podman');
      f.userNamespace.value.initial = false;
    },
    (f) => platform(f, 'podman'),
  ],
  ['storage.data-root-full', (f) => data(f, disk(1e6)), (f) => data(f, disk(1e9))],
  [
    'storage.data-root-readonly',
    (f) => data(f, { readOnly: true }),
    (f) => void Object.assign(f.storage.value.roots[4] ?? {}, { readOnly: true }),
  ],
  ['storage.overlay-on-overlay', (f) => data(f, { fsType: 'overlay' }), (f) => data(f, { fsType: 'xfs' })],
  [
    'storage.overlay-module-missing',
    (f) => {
      f.kernel.value.filesystems = ['ext4'];
      f.kernel.value.config = { value: { source: 'x', options: { OVERLAY_FS: 'n' } } };
      f.kernel.value.modules = { value: [] };
    },
    (f) => {
      f.kernel.value.filesystems = ['ext4'];
      f.kernel.value.modules = { value: [] };
    },
  ],
  [
    'storage.overlay-refused-eperm',
    (f) => {
      f.userNamespace.value.initial = false;
      f.kernel.value.release = '5.10.0';
    },
    (f) => {
      f.userNamespace.value.initial = false;
      f.kernel.value.release = '5.11.0';
    },
  ],
  [
    'storage.vfs-fallback',
    (f) => inform(f, { driver: 'vfs' }),
    (f) => {
      inform(f, { driver: 'vfs' });
      configure(f, { 'storage-driver': 'vfs' });
    },
  ],
  [
    'storage.fuse-overlayfs-without-device',
    (f) => inform(f, { driver: 'fuse-overlayfs' }),
    (f) => {
      inform(f, { driver: 'fuse-overlayfs' });
      f.storage.value.devFuse = { kind: 'character', major: 10, minor: 229, accessible: true };
    },
  ],
  [
    'storage.configured-driver-unsupported',
    (f) => {
      down(f);
      configure(f, { 'storage-driver': 'btrfs' });
    },
    (f) => {
      down(f);
      configure(f, { 'storage-driver': 'btrfs' });
      data(f, { fsType: 'btrfs' });
    },
  ],
  [
    'storage.images-vanished-driver-changed',
    (f) => {
      inform(f, { images: 0 });
      f.storage.value.drivers = { value: ['overlay2', 'vfs'] };
    },
    (f) => void (f.storage.value.drivers = { value: ['overlay2', 'vfs'] }),
  ],
  [
    'storage.images-vanished-containerd-store',
    (f) => inform(f, snapshots),
    (f) => inform(f, { ...snapshots, images: 3 }),
  ],
  [
    'storage.network-db-corrupt',
    database('network/files/local-kv.db', 'damaged'),
    database('network/files/local-kv.db', 'empty'),
  ],
  ['storage.volume-db-corrupt', database('volumes/metadata.db', 'damaged'), database('volumes/metadata.db', 'ok')],
  [
    'storage.repositories-json-corrupt',
    database('image/overlay2/repositories.json', 'empty'),
    database('image/overlay2/repositories.json', 'ok'),
  ],
  ['storage.buildkit-cache-corrupt', database('buildkit/cache.db', 'damaged'), database('buildkit/cache.db', 'ok')],
  [
    'storage.containerd-metadata-corrupt',
    database('containerd/daemon/io.containerd.metadata.v1.bolt/meta.db', 'damaged'),
    database('containerd/daemon/io.containerd.metadata.v1.bolt/meta.db', 'ok'),
  ],
  [
    'storage.two-daemons-one-data-root',
    (f) => f.processes.value.dockerd.push(...structuredClone(f.processes.value.dockerd)) as never,
    (f) =>
      f.processes.value.dockerd.push(
        ...f.processes.value.dockerd.map((one) => ({ ...one, argv: ['dockerd', '--data-root', '/b'] })),
      ) as never,
  ],
  [
    'storage.mount-propagation-private',
    (f) => void (f.mounts.value.root = mount('/')),
    (f) => void (f.mounts.value.root = mount('/', ['shared:9', 'master:1'])),
  ],
  ['storage.containerd-root-on-overlay', both(unverified, imagesOnOverlay), imagesOnOverlay],
  ['storage.zfs-backed-data-root', (f) => data(f, { fsType: 'zfs' }), (f) => data(f, { fsType: 'btrfs' })],
];
