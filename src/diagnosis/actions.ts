import type { Risk } from './finding';

/** Something the helper does as root: safe, backed up, and undone by what `undo` says. */
export interface HelperAction {
  readonly title: string;
  readonly risk: Risk;
  /** How it is taken back, in one sentence. */
  readonly undo: string;
}

/** The closed list of what `dind-helper apply` knows; `start` and `restart` are verbs of their own. */
const list = {
  'start-daemon': { title: 'Start Docker', risk: 'none', undo: 'Stop Docker.' },
  'restart-daemon': {
    title: 'Restart Docker',
    risk: 'restarts-daemon',
    undo: 'Nothing is left to undo; containers with a restart policy begin again.',
  },
  'remove-stale-pid-file': {
    title: 'Move the stale docker.pid aside',
    risk: 'none',
    undo: 'Move docker.pid.DATE back to docker.pid.',
  },
  'remove-stale-containerd-pid-file': {
    title: 'Move the stale containerd.pid aside',
    risk: 'none',
    undo: 'Move containerd.pid.DATE back to containerd.pid.',
  },
  'remove-dead-containerd-socket': {
    title: 'Move the dead containerd socket aside',
    risk: 'restarts-daemon',
    undo: 'Start the containerd that the socket belonged to; it makes a new one.',
  },
  'remove-socket-directory': {
    title: 'Remove the empty directory at the place of the socket',
    risk: 'none',
    undo: 'Make the directory again; it was empty.',
  },
  'create-docker-group': {
    title: 'Create the group docker and give the socket to it',
    risk: 'none',
    undo: 'Give the socket back to group root, then remove the group docker.',
  },
  'grant-socket-access': {
    title: 'Give this user access to the socket by an ACL entry',
    risk: 'none',
    undo: "Remove the user's entry with setfacl -x.",
  },
  'close-socket': {
    title: 'Set the mode of the socket to 0660',
    risk: 'none',
    undo: 'Set the mode back to what the backup note says.',
  },
  'share-root-mount': {
    title: 'Make the mounts below / shared',
    risk: 'none',
    undo: 'Make them private again with mount --make-rprivate /.',
  },
  'remount-cgroup-writable': {
    title: 'Mount /sys/fs/cgroup writable',
    risk: 'none',
    undo: 'Mount it read-only again.',
  },
  'delegate-cgroups': {
    title: 'Move processes out of the root control group and hand its controllers down',
    risk: 'none',
    undo: 'Take the controllers back from cgroup.subtree_control, then move the processes back.',
  },
  'mount-cgroup': {
    title: 'Mount the missing control groups',
    risk: 'restarts-daemon',
    undo: 'Unmount what was mounted.',
  },
  'mount-securityfs': { title: 'Mount securityfs', risk: 'restarts-daemon', undo: 'Unmount /sys/kernel/security.' },
  'remount-proc-sys': { title: 'Mount /proc/sys writable', risk: 'none', undo: 'Mount it read-only again.' },
  'set-ip-forward': {
    title: 'Switch IP forwarding on',
    risk: 'none',
    undo: 'Write 0 into /proc/sys/net/ipv4/ip_forward.',
  },
  'create-fuse-device': { title: 'Create /dev/fuse', risk: 'none', undo: 'Remove /dev/fuse.' },
  'use-iptables-legacy': {
    title: 'Let iptables use the legacy tables',
    risk: 'restarts-daemon',
    undo: 'Switch the alternative back to iptables-nft.',
  },
  'use-iptables-nft': {
    title: 'Let iptables use nftables',
    risk: 'restarts-daemon',
    undo: 'Switch the alternative back to iptables-legacy.',
  },
  'move-network-database-aside': {
    title: 'Move the database of networks aside',
    risk: 'changes-data',
    undo: 'Stop Docker and move local-kv.db.DATE back.',
  },
  'move-volume-database-aside': {
    title: 'Move the list of volumes aside',
    risk: 'changes-data',
    undo: 'Stop Docker and move metadata.db.DATE back.',
  },
  'move-repositories-aside': {
    title: 'Move the list of image names aside',
    risk: 'changes-data',
    undo: 'Stop Docker and move repositories.json.DATE back.',
  },
  'move-build-cache-aside': {
    title: 'Move the build cache aside',
    risk: 'changes-data',
    undo: 'Stop Docker and move buildkit.DATE back.',
  },
  'move-containerd-metadata-aside': {
    title: "Move containerd's database aside",
    risk: 'changes-data',
    undo: 'Stop Docker and move meta.db.DATE back.',
  },
} as const satisfies Readonly<Record<string, HelperAction>>;

export type ActionId = keyof typeof list;
export const actions: Readonly<Record<ActionId, HelperAction>> = list;

/** The ids in a fixed order: what the helper must know, no more and no less. */
export const actionIds = Object.keys(list) as readonly ActionId[];
