import { dirname, join } from 'node:path';
import type { Endpoint } from '../engine/endpoint';
import { readHelperFile } from '../helper/stateFile';
import { readContainerdLife, type ContainerdLife } from '../host/containerdLife';
import { textOf } from '../host/readResult';
import { daemonOwner, stateFileOf } from './managedDaemon';

/** The daemon's PID as the helper knows it, else as dockerd wrote it down. */
async function daemonPid(endpoint: Endpoint, socketPath: string): Promise<number | undefined> {
  const stateFile = stateFileOf(endpoint);
  const helper = stateFile === undefined ? undefined : readHelperFile(stateFile);
  if (helper?.state === 'running' && helper.pid > 0 && helper.daemonGone !== true) return helper.pid;
  const pid = Number((await textOf('/', join(dirname(socketPath), 'docker.pid'), 64)) ?? Number.NaN);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/**
 * Whether the containerd of the daemon at an endpoint is alive; undefined for a daemon that is not root's on this machine, or
 * whose process is not known. Never throws.
 */
export async function containerdLife(endpoint: Endpoint): Promise<ContainerdLife | undefined> {
  if (endpoint.kind !== 'unix' || daemonOwner(endpoint) !== 'helper') return undefined;
  const pid = await daemonPid(endpoint, endpoint.socketPath);
  return pid === undefined ? undefined : readContainerdLife(pid, endpoint.socketPath);
}
