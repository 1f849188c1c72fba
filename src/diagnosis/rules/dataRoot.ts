import { valueOf } from '../../host/facts/fact';
import type { StartCauseId } from '../../host/causeIds';
import type { RootFacts } from '../../host/facts/helper';
import type { ActionId } from '../actions';
import { isWithin } from '../../host/mountFacts';
import { engineInfo, isPlatform, verificationOf } from '../factSelectors';
import { fix, requiresHost, rule, seen, type Rule } from '../rule';
import type { RuleId } from '../ruleIds';

type Database = RootFacts['databases'][number];

/** The file of the data root over which a start fails, by the cause of that start: the end of its path. */
export const databaseOfStart = {
  'network-database': 'network/files/local-kv.db',
  'volume-database': 'volumes/metadata.db',
  'reference-store': '/repositories.json',
  'buildkit-database': 'buildkit/cache.db',
  'containerd-metadata': 'metadata.v1.bolt/meta.db',
} as const satisfies Partial<Record<StartCauseId, string>>;

/** A rule about one database of the data root. `emptyIsFine`: the daemon makes a new one then. */
function database(parts: {
  readonly id: RuleId;
  readonly emptyIsFine: boolean;
  readonly title: string;
  readonly lost: string;
  readonly action: ActionId;
  readonly start: keyof typeof databaseOfStart;
}): Rule {
  const damaged = ({ path, state }: Database): boolean =>
    path.endsWith(databaseOfStart[parts.start]) && (state === 'damaged' || (state === 'empty' && !parts.emptyIsFine));
  return rule({
    id: parts.id,
    needs: ['root'],
    explains: [
      `start.${parts.start}`,
      'start.database-damaged',
      'socket.socket-absent',
      'socket.socket-dead',
      'log.invalid-database',
    ],
    judge: ({ root }) => {
      const found = root.databases.find(damaged);
      if (found === undefined) return undefined;
      return {
        severity: 'error',
        title: parts.title,
        cause: `${found.path} is ${found.state === 'empty' ? 'empty' : 'no valid file of its kind'}: the daemon or the disk ended in the middle of writing.`,
        evidence: [seen(found.path, `${String(found.sizeBytes)} bytes, ${found.state}`)],
        consequence: 'The daemon does not start, or starts without what the file lists.',
        remedy: fix(
          `Move it aside; ${parts.lost}.`,
          `sudo /usr/local/lib/dind-station/dind-helper apply ${parts.action}`,
          'changes-data',
          parts.action,
        ),
      };
    },
  });
}

/** What is damaged in the data root, and who else works on it. */
export const dataRootRules: readonly Rule[] = [
  database({
    id: 'storage.network-db-corrupt',
    emptyIsFine: true,
    title: 'The database of networks is damaged',
    lost: 'the default networks are made anew, your own must be made again',
    action: 'move-network-database-aside',
    start: 'network-database',
  }),
  database({
    id: 'storage.volume-db-corrupt',
    emptyIsFine: true,
    title: 'The list of volumes is damaged',
    lost: 'the data of the volumes stays, options of volume drivers are lost',
    action: 'move-volume-database-aside',
    start: 'volume-database',
  }),
  database({
    id: 'storage.repositories-json-corrupt',
    emptyIsFine: false,
    title: 'The list of image names is damaged',
    lost: 'images stay, their names are lost',
    action: 'move-repositories-aside',
    start: 'reference-store',
  }),
  database({
    id: 'storage.buildkit-cache-corrupt',
    emptyIsFine: true,
    title: 'The build cache is damaged',
    lost: 'only the build cache is lost',
    action: 'move-build-cache-aside',
    start: 'buildkit-database',
  }),
  database({
    id: 'storage.containerd-metadata-corrupt',
    emptyIsFine: true,
    title: 'The database of containerd is damaged',
    lost: 'images of the storage driver stay, those kept in containerd are lost',
    action: 'move-containerd-metadata-aside',
    start: 'containerd-metadata',
  }),
  rule({
    id: 'storage.two-daemons-one-data-root',
    needs: ['processes', 'daemonConfig'],
    explains: ['start.data-root-in-use', 'start.containerd-timeout', 'socket.socket-absent', 'log.boltdb-wait'],
    judge: ({ processes, daemonConfig }) => {
      const rootOf = (argv: readonly string[] | undefined): string => {
        const at = argv?.findIndex((word) => /^(?:--data-root|--graph|-g)(?:=|$)/.test(word)) ?? -1;
        const word = argv?.[at];
        if (word === undefined) return daemonConfig.dataRoot;
        return word.includes('=') ? word.slice(word.indexOf('=') + 1) : (argv?.[at + 1] ?? daemonConfig.dataRoot);
      };
      const roots = processes.dockerd.map(({ argv }) => rootOf(argv));
      const shared = processes.dockerd.filter(
        (_, index) => roots.indexOf(roots[index] ?? '') !== roots.lastIndexOf(roots[index] ?? ''),
      );
      if (shared.length < 2) return undefined;
      return {
        severity: 'error',
        title: 'Two daemons work on one data root',
        cause: 'A second dockerd was started while the first one runs.',
        evidence: shared.map(({ pid, argv, startedAt }) =>
          seen(`process ${String(pid)}`, `${(argv ?? ['dockerd']).join(' ')} since ${startedAt}`),
        ),
        consequence: 'The second waits for the databases of the first and ends after 15 seconds; data may be damaged.',
        remedy: fix(
          'End the one that was started last.',
          `sudo kill ${String(shared.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0]?.pid ?? '')}`,
          'stops-containers',
        ),
      };
    },
  }),
  rule({
    id: 'storage.mount-propagation-private',
    needs: ['mounts'],
    explains: ['log.not-a-shared-mount'],
    judge: ({ mounts }, facts) => {
      if (mounts.root === undefined || isPlatform(facts, 'rootless')) return undefined;
      if (mounts.root.propagation.some((tag) => tag.startsWith('shared:'))) return undefined;
      return {
        severity: 'warning',
        title: 'Mounts are not shared with containers',
        cause: 'They begin private, in a container and without systemd, and nothing has made them shared.',
        evidence: [seen('/proc/self/mountinfo', `/ ${mounts.root.propagation.join(' ') || 'private'}`)],
        consequence:
          'docker run -v x:y:shared fails with "not a shared mount", and so do tools such as kind and minikube.',
        remedy: fix('Make them shared.', 'sudo mount --make-rshared /', 'none', 'share-root-mount'),
        docs: ['https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation'],
      };
    },
  }),
  rule({
    id: 'storage.containerd-root-on-overlay',
    needs: ['engine', 'storage'],
    judge: ({ storage }, facts) => {
      const snapshots = engineInfo(facts)?.driverStatus.some(([, value]) =>
        value.includes('io.containerd.snapshotter'),
      );
      const root = storage.roots.find(({ role }) => role === 'containerd');
      if (snapshots !== true || root?.fsType !== 'overlay') return undefined;
      // What is in the data root needs the volume that `storage.overlay-on-overlay` advises.
      const data = storage.roots.find(({ role }) => role === 'data');
      if (data?.fsType === 'overlay' && isWithin(root.path, data.path)) return undefined;
      // Where a container has run, its snapshotter copes.
      if (verificationOf(facts)?.verdict === 'yes') return undefined;
      return {
        severity: 'error',
        title: 'containerd keeps images in the writable layer of this container',
        cause: `This engine stores images in ${root.path}, where there is no volume, and overlayfs does not work on overlayfs.`,
        evidence: [
          seen('/proc/self/mountinfo', `${root.path} is on overlay`),
          seen('GET /info DriverStatus', 'io.containerd.snapshotter.v1'),
        ],
        consequence: 'Pulling and running fail with "invalid argument".',
        remedy: requiresHost('give it a second volume.', `docker run -v containerd-data:${root.path} ...`),
      };
    },
  }),
  rule({
    id: 'storage.zfs-backed-data-root',
    needs: ['storage'],
    judge: ({ storage }) => {
      const data = storage.roots.find(({ role }) => role === 'data');
      if (data?.fsType !== 'zfs') return undefined;
      return {
        severity: 'info',
        title: 'The data root is on ZFS',
        cause: 'overlayfs works on ZFS from 2.2 on only.',
        evidence: [seen('/proc/self/mountinfo', `${data.mountPoint} zfs`)],
        consequence: 'With an older ZFS the daemon falls back to a slow driver.',
        remedy: requiresHost('update ZFS, or use a zvol with ext4 for the data root.', 'zfs create -V 50G pool/docker'),
      };
    },
  }),
  rule({
    id: 'client.bind-path-not-on-daemon-side',
    needs: ['socket', 'engine', 'network'],
    judge: ({ socket, network }, facts) => {
      const name = engineInfo(facts)?.name;
      const own = (valueOf(facts.processes)?.dockerd.length ?? 0) > 0;
      if (socket.mount === undefined || own || name === undefined || name === network.hostName) return undefined;
      return {
        severity: 'info',
        title: "This is another machine's Docker",
        cause: `The socket is mounted from outside; the daemon runs on ${name}.`,
        evidence: [seen('/proc/self/mountinfo', socket.mount.mountPoint), seen('GET /info Name', name)],
        consequence:
          'Paths given to docker run -v are those of that machine: a folder of this container is empty there.',
        remedy: fix('Use named volumes, or paths as that machine has them.', 'docker volume create work'),
      };
    },
  }),
];
