import { valueOf } from '../../host/facts/fact';
import { answers, engineInfo } from '../factSelectors';
import { fix, rule, seen, type Rule } from '../rule';
import { describeLost, isPrivateByDefault, lostMounts } from '../runcMounts';

/** Runtimes of which it is known that they take the first mount. */
const runcNames = new Set(['runc', 'io.containerd.runc.v2', 'io.containerd.runtime.v1.linux']);

/** Tables in which one mount lies over another. */
export const cgroupMountRules: readonly Rule[] = [
  rule({
    id: 'cgroup.v1-mount-covered',
    needs: ['cgroup'],
    explains: ['daemon.containers-fail'],
    judge: ({ cgroup }, facts) => {
      const lost = lostMounts(cgroup);
      if (lost === undefined || 'inconclusive' in lost) return lost;
      const { table, mounts } = lost;
      const runs = table.daemon !== undefined;
      if (!runs && answers(facts)) {
        return {
          inconclusive: 'the processes of the daemon, whose table of mounts may be another, cannot be seen from here',
        };
      }
      // The helper starts a daemon that sees the mount below.
      if (!runs && valueOf(facts.helper)?.installed === 'trusted') return undefined;
      const runtime = engineInfo(facts)?.defaultRuntime ?? 'runc';
      if (!runcNames.has(runtime)) {
        return { inconclusive: `which mount the default runtime ${runtime} uses is not known` };
      }
      const isPrivate = isPrivateByDefault(valueOf(facts.daemonConfig));
      return {
        severity: runs && !isPrivate ? 'error' : 'warning',
        ...describeLost(lost, isPrivate),
        evidence: [
          ...mounts.flatMap(({ controllers, taken }) => {
            const names = controllers.join(',');
            const first = seen(table.source, `${names}: ${taken.root} is mounted at ${taken.mountPoint}`);
            if (!('cover' in taken)) return [first];
            const { fsType, root, mountPoint } = taken.cover;
            return [first, seen(table.source, `over it: ${fsType} ${root} at ${mountPoint}`)];
          }),
          seen('seen by', table.daemon ?? 'this program; no daemon is running'),
        ],
        consequence: isPrivate
          ? 'docker run --cgroupns=host and docker build with RUN fail: "error mounting cgroup to rootfs: no such file or directory".'
          : 'docker run and docker build with RUN fail: "error mounting cgroup to rootfs: no such file or directory".',
        remedy: fix(
          'Restart Docker: the helper gives the daemon a mount namespace without the mount that covers.',
          'dind-station restart',
          'stops-containers',
          'restart-daemon',
        ),
      };
    },
  }),
];
