import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PidFileFacts } from './facts/daemon';
import { startedAt, type ProcessStat } from './processTable';
import { defined, isUnreadable, readBytes, type ReadResult } from './readResult';

const shownBytes = 64;

async function modifiedAt(root: string, path: string): Promise<string | undefined> {
  try {
    return (await stat(join(root, path))).mtime.toISOString();
  } catch {
    // Gone since it was read.
    return undefined;
  }
}

/** One pid file and what its number means now. Never throws. */
export async function readPidFile(
  root: string,
  role: PidFileFacts['role'],
  path: string,
  table: ReadResult<readonly ProcessStat[]>,
  bootSeconds: number,
): Promise<PidFileFacts> {
  const read = await readBytes(root, path, shownBytes);
  if (isUnreadable(read)) {
    return { role, path, state: /: (?:ENOENT|ENOTDIR)$/u.test(read.unreadable) ? 'absent' : 'unreadable' };
  }
  const content = read.bytes.toString('utf8');
  const pid = /^\d{1,9}$/u.test(content.trim()) ? Number(content.trim()) : undefined;
  const process = isUnreadable(table) ? undefined : table.find((stat) => stat.pid === pid);
  return defined({
    role,
    path,
    state: 'read' as const,
    content,
    pid,
    process:
      process === undefined
        ? undefined
        : { comm: process.comm, state: process.state, startedAt: startedAt(process, bootSeconds) },
    modifiedAt: await modifiedAt(root, path),
  });
}

/** Those that can keep a daemon from starting. */
export async function readPidFiles(
  root: string,
  places: { readonly pidFile: string; readonly execRoot: string },
  table: ReadResult<readonly ProcessStat[]>,
  bootSeconds: number,
): Promise<readonly PidFileFacts[]> {
  return Promise.all([
    readPidFile(root, 'dockerd', places.pidFile, table, bootSeconds),
    readPidFile(root, 'managed containerd', `${places.execRoot}/containerd/containerd.pid`, table, bootSeconds),
  ]);
}
