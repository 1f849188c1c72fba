import type { HelperAction } from '../helper/protocol';

/** What applying a remedy costs, mildest first. */
export const risks = ['none', 'restarts-daemon', 'stops-containers', 'changes-data'] as const;
export type Risk = (typeof risks)[number];

/** What the command line applies for a remedy: an action of the helper, or one of its verbs. */
export type ActionId = HelperAction | 'start-daemon' | 'restart-daemon';

/** What a person is told of an action before it is applied. */
interface Action {
  readonly title: string;
  readonly risk: Risk;
}

/** All of them; that each action of the helper is here, and no other, is held by the compiler. */
export const actions: Readonly<Record<ActionId, Action>> = {
  'start-daemon': { title: 'Start Docker', risk: 'none' },
  'restart-daemon': { title: 'Restart Docker', risk: 'restarts-daemon' },
  'remove-stale-pid-file': { title: 'Move the stale docker.pid aside', risk: 'none' },
  'remove-stale-containerd-pid-file': { title: 'Move the stale containerd.pid aside', risk: 'none' },
  'remove-dead-socket': { title: 'Move the dead socket of the daemon aside', risk: 'none' },
  'remove-dead-containerd-socket': { title: 'Move the dead containerd socket aside', risk: 'restarts-daemon' },
  'remove-socket-directory': { title: 'Remove the empty directory at the place of the socket', risk: 'none' },
  'remove-leaked-systemd-folder': { title: 'Move /run/systemd/system aside', risk: 'restarts-daemon' },
  'move-daemon-json-aside': { title: 'Move the unreadable daemon.json aside', risk: 'restarts-daemon' },
  'grant-socket-access': { title: 'Grant this user access to the Docker socket (ACL)', risk: 'none' },
  'close-socket': { title: 'Set the mode of the socket to 0660', risk: 'none' },
  'share-root-mount': { title: 'Make the mounts below / shared', risk: 'none' },
  'remount-cgroup-writable': { title: 'Mount /sys/fs/cgroup writable', risk: 'none' },
  'delegate-cgroups': {
    title: 'Move processes out of the root control group and hand its controllers down',
    risk: 'none',
  },
  'mount-cgroup': { title: 'Mount the missing control groups', risk: 'restarts-daemon' },
  'mount-securityfs': { title: 'Mount securityfs', risk: 'restarts-daemon' },
  'remount-proc-sys': { title: 'Mount /proc/sys writable', risk: 'none' },
  'set-ip-forward': { title: 'Switch IP forwarding on', risk: 'none' },
  'move-network-database-aside': { title: 'Move the database of networks aside', risk: 'changes-data' },
  'move-volume-database-aside': { title: 'Move the list of volumes aside', risk: 'changes-data' },
  'move-repositories-aside': { title: 'Move the list of image names aside', risk: 'changes-data' },
  'move-build-cache-aside': { title: 'Move the build cache aside', risk: 'changes-data' },
  'move-containerd-metadata-aside': { title: "Move containerd's database aside", risk: 'changes-data' },
};

/** The ids in a fixed order. */
export const actionIds = Object.keys(actions) as readonly ActionId[];

/** The helper's verb for an action, as it is typed. */
export function verbOf(action: ActionId): 'start' | 'restart' | `apply ${HelperAction}` {
  if (action === 'start-daemon') return 'start';
  return action === 'restart-daemon' ? 'restart' : `apply ${action}`;
}

/** How an action is taken back, in one sentence or a command to paste. */
export function undoOf(action: ActionId): string {
  if (action === 'start-daemon') return 'dind-station stop';
  if (action === 'restart-daemon') return 'nothing is left to undo; containers with a restart policy begin again';
  return `sudo dind-helper apply undo-${action}`;
}
