import { valueOf } from '../../host/facts/fact';
import { engineInfo, exhaustedNamespaces, isPlatform, notVisible } from '../factSelectors';
import { fix, requiresHost, rule, seen, type Rule } from '../rule';

/** Quotas and abilities of the kernel that containers use up. */
export const kernelRules: readonly Rule[] = [
  rule({
    id: 'kernel.keyring-quota',
    needs: ['sysctls'],
    explains: ['log.session-keyring'],
    judge: ({ sysctls }) => {
      const full = sysctls.keyUsers.find(
        ({ keys, maxKeys, bytes, maxBytes }) => keys >= maxKeys * 0.95 || bytes >= maxBytes * 0.95,
      );
      if (full === undefined) return undefined;
      return {
        severity: 'error',
        title: 'The quota of kernel keys is used up',
        cause: 'Each container takes a session keyring of its user.',
        evidence: [
          seen(
            '/proc/key-users',
            `uid ${String(full.uid)}: ${String(full.keys)}/${String(full.maxKeys)} keys, ${String(full.bytes)}/${String(full.maxBytes)} bytes`,
          ),
        ],
        consequence: 'docker run fails with "unable to create session key: disk quota exceeded".',
        remedy: requiresHost(
          'raise the quota on the host.',
          'sysctl -w kernel.keys.maxkeys=20000 kernel.keys.maxbytes=2000000',
        ),
      };
    },
  }),
  rule({
    id: 'kernel.namespace-quota',
    needs: ['sysctls'],
    explains: ['log.childs-pid'],
    judge: (_slices, facts) => {
      const names = exhaustedNamespaces(facts).map((kind) => `user.max_${kind}_namespaces`);
      if (names.length === 0) return undefined;
      return {
        severity: 'error',
        title: 'The kernel allows no namespaces for containers',
        cause: `${names.join(', ')} is 0.`,
        evidence: names.map((name) => seen(`/proc/sys/${name.replace('.', '/')}`, 0)),
        consequence: `docker run fails with "can't get final child's PID from pipe".`,
        remedy: requiresHost('raise it on the host.', `sysctl -w ${names.map((name) => `${name}=10000`).join(' ')}`),
      };
    },
  }),
  rule({
    id: 'kernel.inotify-exhausted',
    needs: ['sysctls'],
    explains: ['log.inotify'],
    judge: ({ sysctls }) => {
      const { inotifyInstances: instances, inotifyWatches: watches } = sysctls;
      const low = (instances !== undefined && instances < 64) || (watches !== undefined && watches < 8192);
      if (!low) return undefined;
      return {
        severity: 'warning',
        title: 'The kernel allows few inotify watches',
        cause: 'The editor and containers share them.',
        evidence: [seen('fs.inotify.max_user_instances', instances), seen('fs.inotify.max_user_watches', watches)],
        consequence: 'Files are not watched, docker logs --follow polls, and a kill for want of memory is not noticed.',
        remedy: requiresHost(
          'raise the limits on the host.',
          'sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288',
        ),
      };
    },
  }),
  rule({
    id: 'kernel.outer-kernel-hides-modules',
    needs: ['kernel'],
    judge: ({ kernel }) => {
      const modular = valueOf(kernel.config)?.options['MODULES'];
      if (kernel.modulesFolder || modular === 'n') return undefined;
      return {
        severity: 'info',
        title: 'Kernel modules cannot be loaded from this container',
        cause: `There is no /lib/modules/${kernel.release} here.`,
        evidence: [seen('/lib/modules', `no ${kernel.release}`)],
        consequence: 'What the host has not loaded cannot be used; modprobe in here fails.',
        remedy: requiresHost(
          'mount the modules of the host, or load them there.',
          'docker run -v /lib/modules:/lib/modules:ro ...',
        ),
      };
    },
  }),
  rule({
    id: 'kernel.synology-no-cfs',
    needs: ['engine', 'cgroup'],
    judge: ({ cgroup }, facts) => {
      const info = engineInfo(facts);
      const given =
        cgroup.mounts.some(({ controllers }) => controllers.includes('cpu')) ||
        cgroup.levels[0]?.controllers.includes('cpu') === true;
      // A rootless daemon on version 1 uses no control groups, and says so of each of them.
      if (info?.cpuQuota !== false || info.cgroupDriver === 'none' || !given) return undefined;
      return {
        severity: 'warning',
        title: 'This kernel cannot limit CPU time',
        cause: 'It was built without CFS_BANDWIDTH, as on some Synology machines.',
        evidence: [seen('GET /info CpuCfsQuota', false), seen('kernel', valueOf(facts.kernel)?.release)],
        consequence: 'docker run --cpus fails; limits of memory work.',
        remedy: fix('Leave out --cpus; relative weights work.', 'docker run --cpu-shares 512 ...'),
      };
    },
  }),
  rule({
    id: 'kernel.swap-limit-unsupported',
    needs: ['engine'],
    judge: (_slices, facts) => {
      if (engineInfo(facts)?.swapLimit !== false) return undefined;
      return {
        severity: 'info',
        title: 'Swap of containers is not limited',
        cause: 'There is no swap, or the kernel does not account for it.',
        evidence: [seen('GET /info SwapLimit', false)],
        consequence: 'Where the machine has swap, a memory limit alone lets a container go on in swap.',
        remedy: requiresHost('boot the host with swap accounting where that matters.', 'swapaccount=1'),
      };
    },
  }),
  rule({
    id: 'kernel.outer-limit-killed-inner',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      const level = cgroup.levels.find(({ usage }) => (usage.memoryEvents?.['oom_kill'] ?? 0) > 0);
      if (level === undefined) return undefined;
      return {
        severity: 'info',
        title: 'The kernel has ended processes of this container for want of memory',
        cause: `The limit at ${level.folder} was reached, not necessarily one of a container.`,
        evidence: [seen(`${level.folder}/memory.events`, level.usage.memoryEvents)],
        consequence: 'Containers end with 137 though they stayed below their own limit.',
        remedy: requiresHost('raise the memory limit of this container.', 'docker run --memory 8g ...'),
      };
    },
  }),
  rule({
    id: 'kernel.throttling-is-counted-at-the-limiting-level',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      const { value, folder } = cgroup.effective.cpus;
      if (value === 'unknown') return { inconclusive: notVisible(cgroup, 'cpu') };
      if (value === 'max' || value >= 1) return undefined;
      return {
        severity: 'info',
        title: `This container has ${String(value)} CPUs for everything in it`,
        cause: 'A limit above bounds all containers together, whatever --cpus says.',
        evidence: [seen(`${folder ?? ''}/cpu.max`, value)],
        consequence: 'Containers are slower than their own limit promises.',
        remedy: requiresHost('raise the limit.', 'docker run --cpus 2 ...'),
      };
    },
  }),
  rule({
    id: 'platform.gvisor-iptables',
    needs: ['platform'],
    explains: [
      'start.*',
      'socket.socket-absent',
      'socket.socket-dead',
      'network.legacy-table-missing',
      'network.nft-not-in-kernel',
    ],
    judge: ({ platform }, facts) => {
      if (!isPlatform(facts, 'gvisor')) return undefined;
      const running = engineInfo(facts) !== undefined;
      return {
        severity: running ? 'info' : 'warning',
        title: 'This container runs in gVisor, whose network filter knows little of iptables',
        cause: 'gVisor implements the kernel in user space, and only a part of netfilter.',
        evidence: platform.chain.flatMap(({ name, evidence }) => (name === 'gvisor' ? evidence : [])),
        consequence: 'The daemon starts only without its firewall rules.',
        remedy: requiresHost('allow raw sockets.', 'runsc --net-raw'),
      };
    },
  }),
  rule({
    id: 'platform.podman-outer',
    needs: ['platform', 'userNamespace'],
    judge: ({ platform, userNamespace }, facts) => {
      if (!isPlatform(facts, 'podman') || userNamespace.initial) return undefined;
      return {
        severity: 'info',
        title: 'This container runs in rootless Podman',
        cause: 'Podman gave it a user namespace and hands down few controllers.',
        evidence: platform.chain.flatMap(({ name, evidence }) => (name === 'podman' ? evidence : [])),
        consequence: 'Legacy firewall tables and some limits do not work.',
        remedy: requiresHost('use rootful Podman with --privileged.', 'sudo podman run --privileged ...'),
      };
    },
  }),
];
