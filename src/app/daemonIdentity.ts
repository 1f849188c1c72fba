import { readFile, stat } from 'node:fs/promises';
import { containerdLife } from './containerdLife';
import { stateFileOf } from './managedDaemon';
import type { Endpoint } from '../engine/endpoint';
import { readHelperFile } from '../helper/stateFile';
import { parseStat } from '../host/processTable';

/** A socket's file is made anew at each bind: its inode and when it was made name the process that made it. */
async function boundSocket(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await stat(path);
    return `${String(ino)}@${String(Math.round(mtimeMs))}`;
  } catch {
    // Not there, or in a folder that this user may not look into: then it tells nothing.
    return undefined;
  }
}

/** A process by its PID and its start, which no other one ever has both of; undefined for one that is gone or hidden. */
async function startedProcess(pid: number): Promise<string | undefined> {
  if (pid <= 0) return undefined;
  try {
    const found = parseStat(await readFile(`/proc/${String(pid)}/stat`, 'latin1'));
    return found === undefined ? undefined : `${String(pid)}@${String(found.startTicks)}`;
  } catch {
    return undefined;
  }
}

/**
 * What tells one start of a daemon of this machine from every other, and from the same daemon after its containerd was
 * replaced. The same for every user who can see the socket. Undefined for an engine elsewhere, or when nothing is bound.
 */
export async function daemonIdentity(endpoint: Endpoint): Promise<string | undefined> {
  if (endpoint.kind !== 'unix') return undefined;
  const bound = await boundSocket(endpoint.socketPath);
  if (bound === undefined) return undefined;
  const stateFile = stateFileOf(endpoint);
  const pid = stateFile === undefined ? undefined : readHelperFile(stateFile)?.pid;
  const [daemon, containerd] = await Promise.all([
    pid === undefined ? undefined : startedProcess(pid),
    containerdLife(endpoint),
  ]);
  const listener = containerd?.alive === true ? containerd.inode : '';
  return [endpoint.socketPath, bound, daemon ?? '', listener].join(' ');
}
