import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SocketFacts } from './facts/engine';
import type { Mount } from './facts/mount';
import { mountAt } from './mounts';
import { defined, isUnreadable, readText, type ReadResult } from './readResult';
import { readRunFolder, readSocketPath } from './socketPath';

/** `/proc/net/unix`: sockets that somebody listens at (flag 00010000, SO_ACCEPTCON), each path with the socket's inode. */
export function parseListening(text: string): ReadonlyMap<string, string> {
  const sockets = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^[\da-f]+: [\da-f]+ [\da-f]+ 00010000 \d+ \d+ +(\d+) (\/.*)$/iu.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) sockets.set(match[2], match[1]);
  }
  return sockets;
}

async function may(root: string, path: string, mode: number): Promise<boolean> {
  try {
    await access(join(root, path), mode);
    return true;
  } catch {
    // Denied, or not there: not for us either way.
    return false;
  }
}

/** Folders above a path that may not be passed, the highest first. */
async function closedAbove(root: string, path: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) folders.unshift(folder);
  const open = await Promise.all(
    folders.map(
      async (folder) => (await may(root, folder, constants.X_OK)) || !(await may(root, folder, constants.F_OK)),
    ),
  );
  return folders.filter((_folder, index) => open[index] === false);
}

async function inodeOf(root: string, path: string): Promise<number | undefined> {
  try {
    return (await lstat(join(root, path))).ino;
  } catch {
    // It was there a moment ago: a daemon that is just starting replaces it.
    return undefined;
  }
}

/**
 * The inode of the socket that somebody listens at under one of these paths. The path a daemon binds may be written with or
 * without the link; the kernel keeps it as it was written.
 */
export function listenerAt(listening: ReadonlyMap<string, string>, ...paths: readonly string[]): string | undefined {
  const written = paths.flatMap((path) => [path, path.replace(/^\/run\//u, '/var/run/')]);
  return written.map((path) => listening.get(path)).find((inode) => inode !== undefined);
}

function isListening(listening: ReadonlyMap<string, string> | undefined, ...paths: string[]): boolean | undefined {
  return listening === undefined ? undefined : listenerAt(listening, ...paths) !== undefined;
}

const maxOthers = 32;
const ofEngines = /docker|podman|containerd/u;
const containerdSocket = '/run/containerd/containerd.sock';

/** What stands at the engine's socket path and around it. Never throws. */
export async function readSocket(
  path: string,
  mounts: ReadResult<readonly Mount[]>,
  root = '/',
): Promise<ReadResult<SocketFacts>> {
  const [found, containerd, unix, run] = await Promise.all([
    readSocketPath(path, root),
    readSocketPath(containerdSocket, root),
    readText(root, '/proc/net/unix'),
    readRunFolder(root),
  ]);
  if (isUnreadable(found)) return found;
  const listening = isUnreadable(unix) ? undefined : parseListening(unix.text);
  const { resolved, kind } = found;
  const owned = found.kind === 'absent' ? {} : { uid: found.uid, gid: found.gid, mode: found.mode };
  const [inode, writable, closedFolders] = await Promise.all([
    kind === 'absent' ? undefined : inodeOf(root, resolved),
    may(root, resolved, constants.W_OK),
    closedAbove(root, resolved),
  ]);
  const others = [...(listening?.keys() ?? [])].filter(
    (other) => ofEngines.test(other) && other !== path && other !== resolved,
  );
  return defined({
    path,
    resolved,
    kind,
    ...owned,
    inode,
    mount: isUnreadable(mounts) ? undefined : mountAt(mounts, resolved),
    listening: isListening(listening, path, resolved),
    writable,
    closedFolders,
    varRun: isUnreadable(run) ? ('other' as const) : run.kind,
    otherSockets: others.slice(0, maxOthers),
    containerd: defined({
      path: containerdSocket,
      kind: isUnreadable(containerd) ? ('other' as const) : containerd.kind,
      listening: isListening(listening, containerdSocket),
    }),
  });
}
