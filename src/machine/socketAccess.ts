import { readFile } from 'node:fs/promises';
import { readGroups } from './groups';
import { readOwnProcess } from './process';
import { isUnreadable } from './reading';
import { readSocketPath } from './socketPath';

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
    // Only the helper writes it; no file means that it serves nobody yet.
    readFile(usersFile, 'utf8').catch(() => ''),
  ]);
  if (isUnreadable(own) || isUnreadable(groups)) return undefined;
  if (!isUnreadable(socket) && socket.kind === 'absent') return undefined;
  return {
    socket: isUnreadable(socket)
      ? { path: socketPath, hidden: true }
      : { path: socketPath, mode: socket.mode, uid: socket.uid, gid: socket.gid },
    process: { uid: own.uid, userName, groups: [own.gid, ...own.groups] },
    groups,
    helperKnowsUser: users.split('\n').includes(userName),
  };
}
