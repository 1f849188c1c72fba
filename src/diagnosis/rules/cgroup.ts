import { valueOf } from '../../host/facts/fact';
import { seenIn, rule, seen, type Rule, fix, requiresHost } from '../rule';
import { answers, engineInfo, execOption, isPlatform, notVisible, option } from '../factSelectors';
import { daemonMounts } from '../runcMounts';
import { severityOf } from './daemonJson';
import { MiB, formatBytes } from '../../util/format';

/** dockerd, containerd and one run crawl below this (measured); what containers need comes on top. */
const minMemory = 512 * MiB;
/** A run peaks at 100 tasks beside the daemon's own 20. */
const minTasks = 200;

const mountReadOnlyCounts = ['memory', 'devices', 'cpu', 'pids'];

/** Mounts, drivers and limits of either version. */
export const cgroupRules: readonly Rule[] = [
  rule({
    id: 'cgroup.cgroup-not-mounted',
    needs: ['cgroup'],
    explains: [
      'daemon.containers-fail',
      'start.cgroups-not-mounted',
      'socket.socket-absent',
      'socket.socket-dead',
      'cgroup.v1-memory-hierarchy-missing',
    ],
    judge: ({ cgroup }, facts) => {
      const devices = cgroup.mounts.some(({ controllers }) => controllers.includes('devices'));
      const tree = cgroup.mounts.some(({ version, mountPoint }) => version === 2 && mountPoint === '/sys/fs/cgroup');
      if (cgroup.version === 'v2' ? tree : devices) return undefined;
      if (answers(facts)) return undefined;
      return {
        severity: 'error',
        title: 'The control groups that the daemon needs are not mounted',
        cause:
          cgroup.version === 'none'
            ? 'Nothing is mounted at /sys/fs/cgroup.'
            : 'The hierarchy of the devices controller is missing.',
        evidence: [
          seen(
            '/proc/self/mountinfo',
            cgroup.mounts.map(({ mountPoint }) => mountPoint).join(' ') || 'no control groups',
          ),
        ],
        consequence: 'The daemon ends with "Devices cgroup isn\'t mounted".',
        remedy: fix(
          'Mount them, then start Docker.',
          'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup',
          'restarts-daemon',
          'mount-cgroup',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.cgroup-mount-readonly',
    needs: ['cgroup'],
    explains: ['daemon.containers-fail', 'cgroup.v2-nesting-not-prepared', 'log.cgroup-read-only'],
    judge: ({ cgroup }) => {
      const closed = daemonMounts(cgroup).filter(
        ({ readOnly, version, controllers, mountPoint }) =>
          readOnly &&
          (version === 2
            ? mountPoint === '/sys/fs/cgroup'
            : controllers.some((name) => mountReadOnlyCounts.includes(name))),
      );
      if (closed.length === 0) return undefined;
      return {
        severity: 'error',
        title: 'Control groups are mounted read-only',
        cause: closed.some(({ mountPoint }) => cgroup.covered?.some((below) => below.cover.mountPoint === mountPoint))
          ? 'A read-only mount lies over the one that was there before.'
          : 'A container with CAP_SYS_ADMIN, but not --privileged, gets them so.',
        evidence: closed.map(({ mountPoint }) => seen('/proc/self/mountinfo', `${mountPoint} ro`)),
        consequence: 'The daemon starts, and no container does: "read-only file system".',
        remedy: fix(
          'Mount them writable.',
          closed.map(({ mountPoint }) => `sudo mount -o remount,rw ${mountPoint}`).join('; '),
          'none',
          'remount-cgroup-writable',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.v1-memory-hierarchy-missing',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      if (cgroup.version !== 'v1' && cgroup.version !== 'hybrid') return undefined;
      const mounted = daemonMounts(cgroup).some(({ controllers }) => controllers.includes('memory'));
      const inKernel = cgroup.kernelControllers.some(({ name, enabled }) => name === 'memory' && enabled);
      if (mounted || !inKernel) return undefined;
      return {
        severity: 'warning',
        title: 'The memory hierarchy is not mounted',
        cause: 'The kernel has the memory controller, and this container has no mount of it.',
        evidence: [seen('/proc/cgroups', 'memory: enabled'), seen('/proc/self/mountinfo', 'no mount of memory')],
        consequence: 'Memory limits are accepted and silently discarded.',
        remedy: fix(
          'Mount it, then restart Docker.',
          'sudo mkdir -p /sys/fs/cgroup/memory; sudo mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory',
          'restarts-daemon',
          'mount-cgroup',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.v1-named-systemd-hierarchy-missing',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      if (cgroup.version !== 'v1' && cgroup.version !== 'hybrid') return undefined;
      if (cgroup.mounts.some(({ controllers }) => controllers.includes('name=systemd'))) return undefined;
      return {
        severity: 'info',
        title: 'The named hierarchy of systemd is not mounted',
        cause: 'Nobody mounted it; only containerd before 1.5 and images with systemd want it.',
        evidence: [seen('/proc/self/mountinfo', 'no name=systemd')],
        consequence: 'Old engines say "cannot find cgroup mount destination".',
        remedy: fix(
          'Mount it.',
          'sudo mkdir -p /sys/fs/cgroup/systemd; sudo mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd',
          'none',
          'mount-cgroup',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.v1-cpuset-empty',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      const levels = cgroup.v1Levels['cpuset'] ?? [];
      const empty = levels.find(({ limits }) => limits.cpuset === '' || limits.cpusetMems === '');
      if (empty === undefined) return undefined;
      return {
        severity: 'error',
        title: 'A cpuset has no CPUs or no memory nodes',
        cause: 'A new cpuset of version 1 inherits nothing; whoever made it did not copy the lists.',
        evidence: [
          seen(`${empty.folder}/cpuset.cpus`, empty.limits.cpuset),
          seen(`${empty.folder}/cpuset.mems`, empty.limits.cpusetMems),
        ],
        consequence: 'No process can enter it: "no space left on device".',
        remedy: fix(
          'Copy the lists from the group above.',
          `for f in cpuset.cpus cpuset.mems; do sudo sh -c "cat ${empty.folder}/../$f > ${empty.folder}/$f"; done`,
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.run-systemd-leaked',
    needs: ['processes', 'daemonConfig'],
    explains: ['cgroup.driver-systemd-without-systemd', 'log.dbus'],
    judge: ({ processes, daemonConfig }, facts) => {
      const init = processes.init?.comm;
      if (!processes.systemdFolder || init === undefined || init === 'systemd') return undefined;
      if (execOption(daemonConfig, 'native.cgroupdriver') !== undefined) return undefined;
      const driver = engineInfo(facts)?.cgroupDriver;
      if (driver === 'cgroupfs') return undefined;
      return {
        severity: driver === 'systemd' ? 'error' : 'warning',
        title: 'Docker takes this container for one with systemd',
        cause: `/run/systemd/system exists, though process 1 is ${init}: it came with an image or a mount.`,
        evidence: [
          seen('/run/systemd/system', 'exists'),
          seen('/proc/1/comm', init),
          seen('GET /info CgroupDriver', driver),
        ],
        consequence: 'On version 2 the daemon asks systemd to make groups, and no container starts.',
        remedy: fix(
          'Move the folder aside, then restart Docker.',
          'sudo mv /run/systemd/system /run/systemd/system.old',
          'restarts-daemon',
          'remove-leaked-systemd-folder',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.driver-systemd-without-systemd',
    needs: ['engine', 'processes', 'daemonConfig'],
    explains: ['log.dbus'],
    judge: ({ processes, daemonConfig }, facts) => {
      if (engineInfo(facts)?.cgroupDriver !== 'systemd' || processes.systemdFolder) return undefined;
      return {
        severity: 'error',
        title: 'The daemon uses systemd for control groups, and there is no systemd',
        cause: 'native.cgroupdriver=systemd is set.',
        evidence: [seen('GET /info CgroupDriver', 'systemd'), seen('/run/systemd/system', 'does not exist')],
        consequence: 'No container starts: "systemd not running on this host".',
        remedy: fix(
          'Remove native.cgroupdriver=systemd from "exec-opts".',
          `sudo editor ${daemonConfig.file.path}`,
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.cgroup-parent-not-slice',
    needs: ['daemonConfig'],
    explains: ['start.cgroup-parent-not-slice'],
    judge: ({ daemonConfig }, facts) => {
      const parent = option(daemonConfig, 'cgroup-parent');
      if (execOption(daemonConfig, 'native.cgroupdriver') !== 'systemd') return undefined;
      if (typeof parent !== 'string' || parent === '' || parent.endsWith('.slice')) return undefined;
      return {
        severity: severityOf(facts),
        title: '"cgroup-parent" does not go with the systemd driver',
        cause: `It is ${parent}, and that driver wants the name of a slice.`,
        evidence: [seenIn(daemonConfig, 'cgroup-parent', parent)],
        consequence: 'The daemon does not start.',
        remedy: fix(
          'Name a slice (x.slice), or use the driver cgroupfs.',
          `sudo editor ${daemonConfig.file.path}`,
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.outer-pids-limit',
    needs: ['cgroup'],
    explains: ['log.resource-temporarily-unavailable', 'start.process-limit'],
    judge: ({ cgroup }, facts) => {
      const { value, folder } = cgroup.effective.pids;
      if (value === 'max') return undefined;
      if (value === 'unknown') return { inconclusive: notVisible(cgroup, 'pids') };
      const levels = [...cgroup.levels, ...(cgroup.v1Levels['pids'] ?? [])];
      const used = levels.find((level) => level.folder === folder)?.usage.pids;
      const hits = levels.reduce((sum, level) => sum + (level.usage.pidsEvents?.['max'] ?? 0), 0);
      const full = used !== undefined && used >= value - 20;
      if (!full && hits === 0 && value >= minTasks) return undefined;
      const zombies = valueOf(facts.processes)?.zombies.count ?? 0;
      return {
        severity: full ? 'error' : 'warning',
        title: full ? 'The process limit of this container is reached' : 'The process limit of this container is tight',
        cause: `It may have ${String(value)} tasks; the daemon needs 20, and running a container 100 more for a moment.`,
        evidence: [
          seen(`${folder ?? ''}/pids.max`, value),
          seen(`${folder ?? ''}/pids.current`, used),
          seen('pids.events max', hits),
          seen('zombies', zombies),
        ],
        consequence: 'Starting a process or a thread fails: "resource temporarily unavailable".',
        remedy: requiresHost('raise the limit.', 'docker run --pids-limit 4096 ...'),
      };
    },
  }),
  rule({
    id: 'cgroup.memory-thrash-under-outer-limit',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      const { value, folder } = cgroup.effective.memoryBytes;
      if (value === 'max') return undefined;
      if (value === 'unknown') return { inconclusive: notVisible(cgroup, 'memory') };
      const level = [...cgroup.levels, ...(cgroup.v1Levels['memory'] ?? [])].find((one) => one.folder === folder);
      const pressure = level?.usage.memoryPressureFull ?? 0;
      if (value >= minMemory && pressure <= 50) return undefined;
      return {
        severity: pressure > 50 ? 'error' : 'warning',
        title: 'This container has too little memory for a Docker daemon',
        cause: `Its limit is ${formatBytes(value)}; the daemon alone needs up to ${formatBytes(minMemory)}.`,
        evidence: [
          seen(`${folder ?? ''} memory limit`, value),
          seen('memory.current', level?.usage.memoryBytes),
          seen('memory.pressure full avg10', pressure),
        ],
        consequence: 'Everything crawls, or the kernel ends the daemon.',
        remedy: requiresHost('raise the limit.', 'docker run --memory 2g ...'),
      };
    },
  }),
  rule({
    id: 'platform.orbstack-cgroupns-host',
    needs: ['cgroup', 'platform'],
    judge: ({ cgroup }, facts) =>
      isPlatform(facts, 'orbstack') && cgroup.namespace.kind === 'host'
        ? {
            severity: 'warning',
            title: 'On OrbStack this container shares the cgroup namespace of the machine',
            cause: 'OrbStack moves memory between groups, and disturbs those it does not know.',
            evidence: cgroup.namespace.evidence,
            consequence: 'Workloads such as a kubelet restart.',
            remedy: requiresHost('give it a cgroup namespace of its own.', 'docker run --cgroupns private ...'),
          }
        : undefined,
  }),
];
