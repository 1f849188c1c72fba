import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable, type ReadResult, isUnreadable } from './readResult';
import { realPath } from './realPath';
import { mountAt, readMounts } from './mounts';
import { readHelperUsers } from './helperUsers';
import { readGroups } from './identity';
import { readOwnProcess } from './ownProcess';
import type { PathKind } from './facts/engine';

/** What stands where the engine's socket should be. */
export type SocketPathFacts =
  | { readonly path: string; readonly resolved: string; readonly kind: 'absent' }
  | {
      readonly path: string;
      /** Without links: `/run/docker.sock` for `/var/run/docker.sock`. */
      readonly resolved: string;
      readonly kind: Exclude<PathKind, 'absent'>;
      readonly uid: number;
      readonly gid: number;
      /** Permission bits, such as 0o660. */
      readonly mode: number;
    };

/** `/var/run`, which should be a link to `/run`: as a folder of its own, a daemon and a client may miss each other. */
export type RunFolder =
  { readonly kind: 'link'; readonly target: string } | { readonly kind: 'directory' | 'absent' | 'other' };

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Links are followed within the tree at `root`, as `connect` follows them. Never throws. */
export async function readSocketPath(path: string, root = '/'): Promise<ReadResult<SocketPathFacts>> {
  const resolved = await realPath(path, root);
  if (resolved === undefined) return { unreadable: `${path}: ELOOP` };
  try {
    const found = await lstat(join(root, resolved));
    const { uid, gid } = found;
    const mode = found.mode & 0o7777;
    const owned = { path, resolved, uid, gid, mode };
    if (found.isSocket()) return { ...owned, kind: 'socket' };
    if (found.isDirectory()) return { ...owned, kind: 'directory' };
    return { ...owned, kind: found.isFile() ? 'file' : 'other' };
  } catch (error) {
    return isMissing(error) ? { path, resolved, kind: 'absent' } : unreadable(path, error);
  }
}

/** Never throws. */
export async function readRunFolder(root = '/'): Promise<ReadResult<RunFolder>> {
  const path = join(root, '/var/run');
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
    return { kind: found.isDirectory() ? 'directory' : 'other' };
  } catch (error) {
    return isMissing(error) ? { kind: 'absent' } : unreadable('/var/run', error);
  }
}

/**
 * Whether another socket is mounted over that path, as `docker run -v /var/run/docker.sock:/var/run/docker.sock` does:
 * the daemon behind it is the host's then. The evidence names the mount, or why none could be looked for.
 */
export async function readSocketMount(
  socketPath: string,
  root = '/',
): Promise<{ readonly mounted: boolean; readonly evidence: string }> {
  const [path, mounts] = await Promise.all([realPath(socketPath, root), readMounts(root)]);
  if (isUnreadable(mounts)) return { mounted: false, evidence: mounts.unreadable };
  const mount = path === undefined ? undefined : mountAt(mounts, path);
  return mount === undefined
    ? { mounted: false, evidence: '' }
    : { mounted: true, evidence: `${mount.mountPoint} is a mount of ${mount.root} (${mount.fsType} ${mount.source})` };
}

/** What decides whether this process may use a socket; `diagnosis/access.ts` judges it. */
export interface SocketAccess {
  readonly socket:
    | { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }
    | { readonly path: string; readonly hidden: true };
  readonly process: { readonly uid: number; readonly userName: string; readonly groups: readonly number[] };
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[];
  /** Whether the user is in the helper's list. */
  readonly helperKnowsUser: boolean;
}

/** Reads it; undefined when there is no socket, or the facts to tell cannot be had. `usersFile` is the helper's list. */
export async function readSocketAccess(
  socketPath: string,
  userName: string,
  usersFile: string,
): Promise<SocketAccess | undefined> {
  const [socket, own, groups, users] = await Promise.all([
    readSocketPath(socketPath),
    readOwnProcess(),
    readGroups(),
    readHelperUsers('/', usersFile),
  ]);
  if (isUnreadable(own) || isUnreadable(groups)) return undefined;
  if (!isUnreadable(socket) && socket.kind === 'absent') return undefined;
  return {
    socket: isUnreadable(socket)
      ? { path: socketPath, hidden: true }
      : { path: socketPath, mode: socket.mode, uid: socket.uid, gid: socket.gid },
    process: { uid: own.uid, userName, groups: [own.gid, ...own.groups] },
    groups,
    helperKnowsUser: users.includes(userName),
  };
}
