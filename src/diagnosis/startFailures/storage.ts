import { steps } from '../nextStep';
import type { Signature } from './signature';

const diskUse = { label: 'Show free space', command: 'df -h /var/lib/docker; df -i /var/lib/docker' } as const;
const fileSystem = { label: 'Show the file system', command: 'stat -f -c %T /var/lib/docker' } as const;

/** The data root: its file system, the storage driver on it, and the databases in it. */
export const storageFailures: readonly Signature[] = [
  {
    // An inotify limit answers with the same errno and has nothing to do with disks.
    id: 'inotify-limit',
    pattern: /inotify.*no space left on device/i,
    title: 'The limit of inotify watches is reached',
    nextStep: 'Raise fs.inotify.max_user_watches on the host, or end a program that watches many files.',
  },
  {
    id: 'disk-full',
    pattern: /no space left on device|disk quota exceeded/,
    title: 'The disk is full',
    nextStep: 'Free space on the file system of /var/lib/docker (bytes or inodes), then start Docker.',
    step: diskUse,
  },
  {
    id: 'data-root-in-use',
    pattern:
      /volume store metadata database(?: \([^)]*\))?: timeout|^(?:failed to start daemon|Error starting daemon): timeout$/,
    title: 'Another daemon works on the same data root',
    nextStep: 'Stop the other daemon, or stop sharing the volume under /var/lib/docker with another container.',
  },
  {
    id: 'volume-database',
    pattern: /error while opening volume store metadata database/,
    title: 'The list of volumes is damaged',
    nextStep: 'Move volumes/metadata.db out of the data root and start Docker; the data of the volumes stays.',
  },
  {
    id: 'network-database',
    pattern: /error while populating kmap|(?:controller instance|controller initialization): invalid database/,
    title: 'The database of networks is damaged',
    nextStep: 'Move network/files/local-kv.db out of the data root and start Docker; networks must be made again.',
  },
  {
    id: 'reference-store',
    pattern: /Couldn't create reference store repository/,
    title: 'The list of image names is damaged',
    nextStep:
      'Move image/*/repositories.json out of the data root and start Docker; images stay, their names are lost.',
  },
  {
    id: 'buildkit-database',
    pattern: /buildkit\S*\.db\b.*invalid database/,
    title: 'The build cache is damaged',
    nextStep: 'Move the folder buildkit out of the data root and start Docker; only the build cache is lost.',
  },
  {
    id: 'containerd-metadata',
    pattern: /unknown service containerd\.services\.\S+: not implemented/,
    title: 'containerd could not open its own database',
    nextStep:
      'Stop Docker and move containerd/daemon/io.containerd.metadata.v1.bolt out of the data root, then start it.',
  },
  {
    id: 'database-damaged',
    pattern: /invalid database|bolt.*(?:panic|checksum)|unexpected fault address/,
    title: 'A database in the data root is damaged',
    nextStep: 'Look in the log for the file that was opened last; move it out of the data root and start Docker.',
    step: steps.showLog,
  },
  {
    id: 'several-drivers',
    pattern: /(\S+) contains several valid graphdrivers: ([^;]+)/,
    title: '$1 holds data of several storage drivers: $2',
    nextStep: 'Name the one to keep as "storage-driver" in /etc/docker/daemon.json.',
  },
  {
    id: 'storage-option-unknown',
    pattern: /unknown option (\S+?)(?:: \w+)?$/,
    title: 'The storage option $1 is not known to this engine',
    nextStep: 'Remove $1 from "storage-opts" in /etc/docker/daemon.json.',
  },
  {
    id: 'driver-removed',
    pattern: /the (\S+) storage-driver has been deprecated and removed/,
    title: 'This engine has no storage driver $1 any more',
    nextStep: 'Remove "storage-driver" from /etc/docker/daemon.json; images made with $1 must be pulled again.',
  },
  {
    id: 'xfs-without-dtype',
    pattern: /formatted without d_type support/,
    title: 'The file system under the data root cannot hold overlay layers',
    nextStep: 'Put the data root on a file system with d_type (ext4, or xfs made with ftype=1).',
    step: fileSystem,
  },
  {
    id: 'driver-unsupported',
    pattern:
      /graphdriver: (?:.*: )?driver not supported|backing file system is unsupported for this graph driver|prerequisites for driver not satisfied|graphdriver plugins are only supported/,
    title: 'The chosen storage driver does not work on this file system',
    nextStep:
      'Give /var/lib/docker a volume of its own (overlay does not work on overlay), or remove "storage-driver" from daemon.json.',
    step: fileSystem,
  },
  {
    id: 'layer-missing',
    pattern: /stat (\S*\/overlay2\/\S+): no such file or directory|error creating overlay mount to/,
    title: 'A layer of an image is gone from the data root',
    nextStep: 'Restore the data root, or move it away and pull the images again.',
  },
  {
    id: 'ip-forward',
    pattern: /(?:Enabling|enable|set(?:ting)?(?: up)?) IP forwarding/i,
    title: 'IP forwarding is off and cannot be switched on in this container',
    nextStep: 'Start the container with --sysctl net.ipv4.ip_forward=1, or privileged.',
  },
  {
    id: 'data-root-read-only',
    pattern: /(\/\S+): read-only file system/,
    title: '$1 is on a read-only file system',
    nextStep: 'Give the data root a writable volume, or start the container without --read-only.',
    step: { label: 'Show the mount', command: 'findmnt --target /var/lib/docker' },
  },
  {
    id: 'temporary-folder',
    pattern: /Unable to get the TempDir under (\S+?):/,
    title: 'The temporary folder under $1 cannot be used',
    nextStep: 'Unset DOCKER_TMPDIR for the daemon, or make that folder writable.',
  },
];
