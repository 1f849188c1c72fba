import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { PrivilegeFacts } from '../daemon/refusal';
import { judgeAccess, type AccessJudgement } from '../diagnosis/access';
import { readGroups } from '../machine/groups';
import { readOwnProcess } from '../machine/process';
import { isUnreadable, readText } from '../machine/reading';
import { readSocketPath } from '../machine/socketPath';

/** Login name of this process's user, or its uid as text where the user database does not know it. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // uv_os_get_passwd fails with ENOENT for a uid without an entry: containers run with arbitrary ones.
    return String(process.geteuid?.() ?? '');
  }
}

/** What decides whether sudo can work for this process. Read anew each time: it is a millisecond, on a click. */
export async function readPrivileges(): Promise<PrivilegeFacts> {
  const [own, status] = await Promise.all([readOwnProcess(), readText('/', '/proc/self/status')]);
  const bound = isUnreadable(status) ? undefined : /^CapBnd:\s*([0-9a-f]+)$/m.exec(status.text)?.[1];
  return {
    uid: process.geteuid?.() ?? -1,
    userName: loginName(),
    noNewPrivs: isUnreadable(own) ? undefined : own.noNewPrivileges,
    capabilityBound: bound === undefined ? undefined : BigInt(`0x${bound}`),
  };
}

/** Why the socket refuses this process; undefined when the facts to tell it could not be read. */
export async function readAccess(socketPath: string): Promise<AccessJudgement | undefined> {
  const [socket, own, groups, users] = await Promise.all([
    readSocketPath(socketPath),
    readOwnProcess(),
    readGroups(),
    // Only the helper writes it; no file means that the helper serves nobody yet.
    readFile('/etc/dind-station/users', 'utf8').catch(() => ''),
  ]);
  if (isUnreadable(own) || isUnreadable(groups)) return undefined;
  const userName = loginName();
  if (!isUnreadable(socket) && socket.kind === 'absent') return undefined;
  return judgeAccess({
    socket: isUnreadable(socket)
      ? { path: socketPath, hidden: true }
      : { path: socketPath, mode: socket.mode, uid: socket.uid, gid: socket.gid },
    process: { uid: own.uid, userName, groups: [own.gid, ...own.groups], kind: 'code-server' },
    groups,
    helperKnowsUser: users.split('\n').includes(userName),
  });
}
