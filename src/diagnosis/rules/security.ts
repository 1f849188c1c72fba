import { valueOf } from '../../host/facts/fact';
import { seenIn, fix, requiresHost, rule, seen, type Rule } from '../rule';
import { answers, engineInfo, exhaustedNamespaces, isOn, isPlatform, mayHave, option } from '../factSelectors';
import { errorsOf } from '../logErrors';

const privileged = 'docker run --privileged ...';

/** Capabilities, security modules and user namespaces. */
export const securityRules: readonly Rule[] = [
  rule({
    id: 'security.not-privileged',
    needs: ['capabilities'],
    explains: [
      'start.*',
      'log.*',
      'socket.socket-absent',
      'socket.socket-dead',
      'daemon.dockerd-killed-leftovers',
      'cgroup.cgroup-mount-readonly',
      'cgroup.v2-nesting-not-prepared',
      'storage.mount-propagation-private',
      'network.ip-forward-readonly',
      'network.proc-sys-readonly-run-fails',
      'network.legacy-table-missing',
      'network.nft-not-in-kernel',
    ],
    judge: ({ capabilities }, facts) => {
      if (mayHave(capabilities, 'SYS_ADMIN') || mayHave(capabilities, 'NET_ADMIN')) return undefined;
      if (isPlatform(facts, 'rootless')) return undefined;
      return {
        severity: 'error',
        title: 'This container is not privileged enough for a Docker daemon',
        cause: 'It was started without CAP_SYS_ADMIN and CAP_NET_ADMIN, and nothing inside can add them.',
        evidence: [
          seen('/proc/self/status CapBnd', capabilities.own.bounding.join(' ')),
          seen('/proc/self/status Seccomp', valueOf(facts.security)?.seccomp),
        ],
        consequence: 'The daemon can neither mount nor set up its network, so it does not start.',
        remedy: requiresHost('start it privileged, or with a runtime made for nested Docker (Sysbox).', privileged),
        docs: ['https://docs.docker.com/reference/cli/docker/container/run/#privileged'],
      };
    },
  }),
  rule({
    id: 'security.no-sys-admin-but-net-admin',
    needs: ['capabilities'],
    explains: ['log.*', 'start.not-privileged', 'storage.mount-propagation-private', 'cgroup.cgroup-mount-readonly'],
    judge: ({ capabilities }, facts) => {
      if (mayHave(capabilities, 'SYS_ADMIN') || !mayHave(capabilities, 'NET_ADMIN')) return undefined;
      if (isPlatform(facts, 'rootless')) return undefined;
      return {
        severity: 'error',
        title: 'This container has CAP_NET_ADMIN but no CAP_SYS_ADMIN',
        cause: 'The daemon starts with the one, but no container can be made without the other.',
        evidence: [seen('/proc/self/status CapBnd', capabilities.own.bounding.join(' '))],
        consequence: 'Pulling, importing, building and running fail with "operation not permitted".',
        remedy: requiresHost('start it privileged, or add CAP_SYS_ADMIN.', privileged),
      };
    },
  }),
  rule({
    id: 'security.no-sys-resource',
    needs: ['capabilities'],
    explains: ['log.childs-pid', 'log.oom-score-adj', 'log.rlimit-refused'],
    judge: ({ capabilities }, facts) => {
      if (mayHave(capabilities, 'SYS_RESOURCE')) return undefined;
      // Where the kernel allows no namespaces, runc says the same, and that is why.
      const silent = exhaustedNamespaces(facts).length > 0 ? [] : errorsOf(facts, 'childs-pid');
      const refused = [...silent, ...errorsOf(facts, 'oom-score-adj'), ...errorsOf(facts, 'rlimit-refused')];
      const newest = refused.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0)).at(-1);
      if (newest === undefined) return undefined;
      return {
        severity: 'warning',
        title: 'This container has no CAP_SYS_RESOURCE, and a container needed it',
        cause:
          'runc needs it to set a negative --oom-score-adj and a ulimit above that of this container; of the first it says only "can\'t get final child\'s PID from pipe".',
        evidence: [
          seen('/proc/self/status CapBnd', capabilities.own.bounding.join(' ')),
          seen(valueOf(facts.daemonLog)?.path ?? 'daemon log', newest.line),
        ],
        consequence: 'That container does not start.',
        remedy: requiresHost(
          'start it with CAP_SYS_RESOURCE; or leave out what needs it.',
          'docker run --cap-add SYS_RESOURCE ...',
        ),
      };
    },
  }),
  rule({
    id: 'network.iptables-no-net-admin',
    needs: ['capabilities'],
    explains: ['start.*', 'socket.socket-absent', 'socket.socket-dead'],
    judge: ({ capabilities }) => {
      if (mayHave(capabilities, 'NET_ADMIN') || !mayHave(capabilities, 'SYS_ADMIN')) return undefined;
      return {
        severity: 'error',
        title: 'This container may not change its network',
        cause: 'It was started without CAP_NET_ADMIN.',
        evidence: [seen('/proc/self/status CapBnd', capabilities.own.bounding.join(' '))],
        consequence: 'The daemon cannot create its firewall rules and ends: "failed to create NAT chain DOCKER".',
        remedy: requiresHost('start it privileged, or add CAP_NET_ADMIN.', privileged),
      };
    },
  }),
  rule({
    id: 'security.inner-privileged-exceeds-bounding-set',
    needs: ['capabilities'],
    judge: ({ capabilities }) => {
      const { own, last } = capabilities;
      if (last === undefined || !mayHave(capabilities, 'SYS_ADMIN') || own.bounding.length > last) return undefined;
      return {
        severity: 'info',
        title: "Some Linux capabilities can't be granted (--privileged and --cap-add ALL fail)",
        cause: `This container itself has ${String(own.bounding.length)} of the ${String(last + 1)} capabilities of the kernel.`,
        evidence: [seen('/proc/self/status CapBnd', own.bounding.join(' '))],
        consequence: 'docker run --privileged and --cap-add ALL fail with "unable to apply caps".',
        remedy: fix('Name single capabilities instead of all.', 'docker run --cap-add NET_ADMIN ...'),
      };
    },
  }),
  rule({
    id: 'security.apparmor-not-visible',
    needs: ['security', 'engine'],
    judge: ({ security }, facts) => {
      const options = engineInfo(facts)?.securityOptions;
      if (security.apparmorEnabled !== true || security.modules !== undefined || options === undefined)
        return undefined;
      if (options.some((text) => text.includes('apparmor'))) return undefined;
      return {
        severity: 'info',
        title: 'The kernel has AppArmor, but the daemon cannot see it',
        cause: 'securityfs is not mounted in this container.',
        evidence: [
          seen('/sys/module/apparmor/parameters/enabled', 'Y'),
          seen('GET /info SecurityOptions', options.join(', ')),
        ],
        consequence: 'Containers run without an AppArmor profile.',
        remedy: fix(
          'Mount securityfs, then restart Docker.',
          'sudo mount -t securityfs none /sys/kernel/security',
          'restarts-daemon',
          'mount-securityfs',
        ),
      };
    },
  }),
  rule({
    id: 'security.apparmor-parser-missing',
    needs: ['security'],
    explains: ['log.apparmor-load-denied'],
    judge: ({ security }) => {
      if (security.apparmorEnabled !== true || security.modules === undefined || security.apparmorParser) {
        return undefined;
      }
      return {
        severity: 'info',
        title: 'The daemon has no program to load AppArmor profiles with',
        cause: 'AppArmor is on, and apparmor_parser is not in the PATH of the daemon.',
        evidence: [seen('/sys/kernel/security/lsm', security.modules.join(',')), seen('apparmor_parser', 'not found')],
        consequence:
          'Engines before 23 refuse to run containers when no profile is loaded; later ones run them without.',
        remedy: fix(
          'Install the AppArmor tools, then restart Docker.',
          'sudo apt-get install apparmor',
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'security.selinux-unavailable',
    needs: ['security', 'daemonConfig'],
    judge: ({ security, daemonConfig }) => {
      if (!isOn(option(daemonConfig, 'selinux-enabled')) || security.selinux) return undefined;
      return {
        severity: 'warning',
        title: 'SELinux is asked for, but there is none',
        cause: '"selinux-enabled" is set, and /sys/fs/selinux is not mounted.',
        evidence: [seenIn(daemonConfig, 'selinux-enabled', true), seen('/sys/fs/selinux', 'not mounted')],
        consequence: 'Containers run without SELinux labels, against what the setting promises.',
        remedy: fix(
          'Remove "selinux-enabled" from daemon.json.',
          `sudo editor ${daemonConfig.file.path}`,
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'security.userns-remap-moves-data-root',
    needs: ['engine', 'daemonConfig'],
    judge: ({ daemonConfig }, facts) => {
      const info = engineInfo(facts);
      if (info === undefined || !info.securityOptions.some((text) => text.includes('name=userns'))) return undefined;
      return {
        severity: 'info',
        title: 'Users are remapped, so images and volumes live in a folder of their own',
        cause: '"userns-remap" makes the daemon keep everything below a folder named after the mapped user.',
        evidence: [seen('GET /info DockerRootDir', info.dataRoot), seenIn(daemonConfig, 'userns-remap', 'set')],
        consequence: 'What was there before seems gone, and privileged containers need --userns=host.',
        remedy: fix(
          'Take "userns-remap" out to see the former images again.',
          'docker info --format "{{.DockerRootDir}}"',
        ),
      };
    },
  }),
  rule({
    id: 'security.rootless-userns-forbidden',
    needs: ['sysctls', 'identity'],
    explains: ['start.*', 'socket.socket-absent', 'kernel.namespace-quota'],
    judge: ({ sysctls, identity }, facts) => {
      const wanted = isPlatform(facts, 'rootless') || (valueOf(facts.processes)?.dockerd[0]?.uid ?? 0) !== 0;
      const off =
        sysctls.maxNamespaces['user'] === 0
          ? 'user.max_user_namespaces'
          : sysctls.unprivilegedUsernsClone === 0
            ? 'kernel.unprivileged_userns_clone'
            : sysctls.apparmorRestrictUserns === 1
              ? 'kernel.apparmor_restrict_unprivileged_userns'
              : undefined;
      if (!wanted || identity.uid === 0 || off === undefined || answers(facts)) return undefined;
      return {
        severity: 'error',
        title: 'Rootless Docker may not create user namespaces',
        cause: `${off} forbids it.`,
        evidence: [seen(off, off.endsWith('userns') ? 1 : 0)],
        consequence: 'The rootless daemon cannot start.',
        remedy: requiresHost('allow user namespaces on the host.', 'sysctl -w user.max_user_namespaces=28633'),
      };
    },
  }),
  rule({
    id: 'security.rootless-xdg-runtime-dir',
    needs: ['endpoint', 'identity'],
    explains: ['socket.socket-absent'],
    judge: ({ endpoint, identity }, facts) => {
      const runtimeDir = endpoint.clients[0]?.environment['XDG_RUNTIME_DIR'];
      if (!isPlatform(facts, 'rootless') || identity.uid === 0 || runtimeDir !== undefined) return undefined;
      // Ids are mapped in containers of sysbox, LXC and rootless engines too; the daemon in one is root's there.
      if (isPlatform(facts, 'sysbox', 'lxc', 'podman', 'docker', 'containerd', 'kubernetes')) return undefined;
      return {
        severity: 'warning',
        title: 'XDG_RUNTIME_DIR is not set, so the rootless socket is not found',
        cause: 'The rootless daemon listens in $XDG_RUNTIME_DIR, which this process does not have.',
        evidence: [seen('XDG_RUNTIME_DIR', 'not set')],
        consequence: 'The docker command looks at /var/run/docker.sock and finds nobody.',
        remedy: fix(
          'Set it for code-server and for terminals.',
          `export XDG_RUNTIME_DIR=/run/user/${String(identity.uid)}`,
        ),
      };
    },
  }),
];
