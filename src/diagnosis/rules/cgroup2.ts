import { posix } from 'node:path';
import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import type { CgroupFacts } from '../../host/facts/cgroup';
import { isPlatform, option } from '../factSelectors';
import { fix, requiresHost, rule, seen, type Rule } from '../rule';

/** What limits of containers are made of. */
const domainControllers = ['cpu', 'memory', 'pids', 'cpuset', 'io'] as const;

/** Types a cgroup has once a child of it was entered without controllers. */
function isThreaded(type: string | undefined): boolean {
  return type === 'threaded' || type === 'domain threaded' || type === 'domain invalid';
}

/** The root of what is visible, when the kernel holds it to the rule against inner processes (its true root is free). */
function boundRoot(cgroup: CgroupFacts): CgroupFacts['levels'][number] | undefined {
  const root = cgroup.levels[0];
  return cgroup.version === 'v2' && root?.type !== undefined ? root : undefined;
}

/** Controllers that the kernel has and the root of this namespace was not given. */
function notGiven(cgroup: CgroupFacts): string[] {
  const given = new Set(cgroup.levels[0]?.controllers ?? []);
  const kernelName = (name: string): string => (name === 'io' ? 'blkio' : name);
  return domainControllers.filter(
    (name) =>
      !given.has(name) &&
      cgroup.kernelControllers.some((controller) => controller.name === kernelName(name) && controller.enabled),
  );
}

/** This container's own group, in a version 2 tree that begins at the machine's root. */
function outerPath2(cgroup: CgroupFacts): string | undefined {
  const own = cgroup.memberships.find(({ hierarchy }) => hierarchy === 0);
  return own?.path !== '/' ? own?.path : undefined;
}

/**
 * The same on version 1, where a runtime binds a container's own group to be the top of each hierarchy: only where the
 * machine's whole tree was bound in instead does the top lie above the group.
 */
function outerPath1(cgroup: CgroupFacts): string | undefined {
  const whole = cgroup.mounts.find(
    ({ version, controllers, root }) => version === 1 && root === '/' && controllers.includes('memory'),
  );
  const own = cgroup.memberships.find(({ controllers }) => controllers.includes('memory'));
  return whole !== undefined && own?.path !== '/' ? own?.path : undefined;
}

/** The daemon puts containers below the group that `own` lies in, as the helper has it do. */
function isSentBelow(facts: Facts, own: string): boolean {
  const config = valueOf(facts.daemonConfig);
  const parent = config === undefined ? undefined : option(config, 'cgroup-parent');
  if (typeof parent !== 'string') return false;
  const group = posix.dirname(parent);
  return group.startsWith('/') && group !== '/' && `${own}/`.startsWith(`${group}/`);
}

/** Version 2: one tree, delegated level by level. */
export const cgroup2Rules: readonly Rule[] = [
  rule({
    id: 'cgroup.v2-foreign-process-in-root',
    needs: ['cgroup'],
    explains: ['cgroup.v2-nesting-not-prepared', 'log.v2-threaded'],
    judge: ({ cgroup }) => {
      const root = boundRoot(cgroup);
      if (root === undefined || !root.processes.includes(0) || root.delegated.includes('memory')) return undefined;
      return {
        severity: 'error',
        title: 'A process of another container holds the root control group',
        cause:
          'It lives in a pid namespace that is not visible here, so it cannot be moved, and nothing can be delegated.',
        evidence: [
          seen(`${root.folder}/cgroup.procs`, '0'),
          seen(`${root.folder}/cgroup.subtree_control`, root.delegated.join(' ')),
        ],
        consequence: 'Memory limits of containers cannot be set.',
        remedy: requiresHost('give each container a cgroup namespace of its own.', 'docker run --cgroupns private ...'),
      };
    },
  }),
  rule({
    // What `v2-subtree-ebusy` leaves behind looks the same, and is mended the same way.
    id: 'cgroup.v2-nesting-not-prepared',
    needs: ['cgroup'],
    explains: ['log.v2-threaded'],
    judge: ({ cgroup }) => {
      const root = boundRoot(cgroup);
      if (root === undefined || !root.controllers.includes('memory')) return undefined;
      const threaded = isThreaded(cgroup.dockerLevel?.type) || isThreaded(root.type);
      const crowded = root.processes.length > 0 && !root.delegated.includes('memory');
      if (!threaded && !crowded) return undefined;
      return {
        severity: 'error',
        title: 'Control groups are not prepared for containers in this container',
        cause: threaded
          ? 'A container was started before the controllers were delegated, which made the group of all containers threaded.'
          : 'Processes stand in the root control group, and the kernel hands no controller down past a group with processes.',
        evidence: [
          seen(`${root.folder}/cgroup.procs`, `${String(root.processCount ?? root.processes.length)} processes`),
          seen(`${root.folder}/cgroup.subtree_control`, root.delegated.join(' ')),
          ...(cgroup.dockerLevel === undefined
            ? []
            : [seen(`${cgroup.dockerLevel.folder}/cgroup.type`, cgroup.dockerLevel.type)]),
        ],
        consequence: 'docker run works at first, but fails as soon as a memory limit is asked for.',
        remedy: threaded
          ? fix(
              'Restart Docker: its containers are stopped, the threaded group is removed, and the controllers are delegated.',
              'dind-station restart',
              'stops-containers',
              'restart-daemon',
            )
          : fix(
              'Move the processes into a group of their own and hand the controllers down.',
              'sudo /usr/local/lib/dind-station/dind-helper apply delegate-cgroups',
              'none',
              'delegate-cgroups',
            ),
        docs: ['https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint'],
      };
    },
  }),
  rule({
    id: 'cgroup.memory-controller-disabled-at-boot',
    needs: ['cgroup'],
    explains: ['cgroup.v2-controllers-not-delegated', 'cgroup.v1-memory-hierarchy-missing'],
    judge: ({ cgroup }, facts) => {
      const memory = cgroup.kernelControllers.find(({ name }) => name === 'memory');
      if (memory === undefined || memory.enabled) return undefined;
      return {
        severity: 'warning',
        title: 'The memory controller is switched off in the kernel',
        cause: 'The machine was booted without it, as Raspberry Pi OS is by default.',
        evidence: [
          seen('/proc/cgroups', 'memory: enabled 0'),
          seen('/proc/cmdline', valueOf(facts.kernel)?.bootWords.join(' ')),
        ],
        consequence: 'Memory limits are accepted and silently discarded.',
        remedy: requiresHost(
          'add this to the command line of the kernel of the host, then boot it again.',
          'cgroup_enable=memory cgroup_memory=1',
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.v2-controllers-not-delegated',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      if (cgroup.version !== 'v2' || cgroup.levels.length === 0) return undefined;
      const missing = notGiven(cgroup);
      if (missing.length === 0) return undefined;
      const grave = missing.some((name) => name === 'cpu' || name === 'memory' || name === 'pids');
      const root = cgroup.levels[0];
      return {
        severity: grave ? 'warning' : 'info',
        title: `This container was not given the controllers ${missing.join(', ')}`,
        cause: 'The kernel has them, and the group above does not hand them down.',
        evidence: [
          seen(`${root?.folder ?? ''}/cgroup.controllers`, root?.controllers.join(' ')),
          seen('/proc/cgroups', `${missing.join(', ')}: enabled`),
        ],
        consequence: `Limits that need them (${missing.join(', ')}) are accepted and silently discarded.`,
        remedy: requiresHost('delegate them to this container.', `Delegate=${missing.join(' ')}`),
      };
    },
  }),
  rule({
    id: 'cgroup.sysv-init-pollutes-cgroup2',
    needs: ['cgroup'],
    judge: ({ cgroup }) => {
      const tree = cgroup.mounts.some(({ version, mountPoint }) => version === 2 && mountPoint === '/sys/fs/cgroup');
      const on = cgroup.mounts.filter(
        ({ version, mountPoint }) => version === 1 && mountPoint.startsWith('/sys/fs/cgroup/'),
      );
      if (!tree || on.length === 0) return undefined;
      return {
        severity: 'warning',
        title: 'Control groups of version 1 are mounted inside those of version 2',
        cause: 'The init script of the Docker package did it (service docker start); it does not know version 2.',
        evidence: on.map(({ mountPoint, controllers }) =>
          seen('/proc/self/mountinfo', `${mountPoint}: ${controllers.join(',')}`),
        ),
        consequence: 'Controllers mounted so are lost to containers.',
        remedy: fix(
          'Unmount them, and start Docker with this program instead of the script.',
          on.map(({ mountPoint }) => `sudo umount ${mountPoint}`).join('; '),
        ),
      };
    },
  }),
  rule({
    id: 'cgroup.cgroup-tree-quota-depth',
    needs: ['cgroup'],
    explains: ['log.resource-temporarily-unavailable'],
    judge: ({ cgroup }) => {
      // A container lies two levels below the root: docker/ID.
      const tight = cgroup.levels.find(({ maxDepth }, index) => maxDepth !== undefined && maxDepth + index < 2);
      const few = cgroup.levels.find(({ maxDescendants }) => maxDescendants !== undefined && maxDescendants < 4);
      const level = tight ?? few;
      if (level === undefined) return undefined;
      const file = tight === undefined ? 'cgroup.max.descendants' : 'cgroup.max.depth';
      return {
        severity: 'error',
        title: 'No control group can be made for a container',
        cause: `${level.folder}/${file} allows no more below it.`,
        evidence: [seen(`${level.folder}/${file}`, tight?.maxDepth ?? few?.maxDescendants)],
        consequence: 'docker run fails with "resource temporarily unavailable".',
        remedy: requiresHost(`raise ${file}.`, `echo max > ${level.folder}/${file}`),
      };
    },
  }),
  rule({
    id: 'cgroup.cgroupns-host-escapes-outer-limit',
    needs: ['cgroup', 'platform'],
    explains: ['platform.orbstack-cgroupns-host'],
    judge: ({ cgroup }, facts) => {
      if (cgroup.namespace.kind !== 'host') return undefined;
      const own = cgroup.version === 'v2' ? outerPath2(cgroup) : outerPath1(cgroup);
      const contained = isPlatform(facts, 'docker', 'containerd', 'podman', 'kubernetes', 'container');
      if (own === undefined || !contained || isSentBelow(facts, own)) return undefined;
      return {
        severity: 'warning',
        title: 'Containers are not bounded by the limits of this container',
        cause: "This container sees the host's control groups, so its containers become siblings of it.",
        evidence: [seen('/proc/self/cgroup', own), ...cgroup.namespace.evidence],
        consequence: 'They can use more memory and CPU than this container was given.',
        remedy: requiresHost('give it a cgroup namespace of its own.', 'docker run --cgroupns private ...'),
      };
    },
  }),
];
