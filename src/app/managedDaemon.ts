import { clientFiles } from '../engine/dockerConfig';
import { resolveEndpoint, type Endpoint, type EndpointResult } from '../engine/endpoint';
import { daemonLog, managedSockets, stateFile } from '../helper/paths';
import { isRootlessSocket, rootlessLog, rootlessStateFile } from '../helper/rootless';
import { readHelperFile } from '../helper/stateFile';

type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** The endpoint that is named (`DOCKER_HOST`'s syntax), else the one that `docker` would use in this environment. */
export function endpointFor(environment: ProcessEnvironment, named: string | undefined): EndpointResult {
  return resolveEndpoint(clientFiles(environment), named);
}

/** Who starts and stops the daemon at an endpoint: root's helper, this user (`dind-rootless`), or nobody here. */
export type DaemonOwner = 'helper' | 'user';

export function daemonOwner(endpoint: Endpoint | undefined): DaemonOwner | undefined {
  if (endpoint?.kind !== 'unix') return undefined;
  if (managedSockets.includes(endpoint.socketPath)) return 'helper';
  return isRootlessSocket(endpoint.socketPath) ? 'user' : undefined;
}

/** Where the owner of an endpoint's daemon says what it does; undefined where there is none. */
export function stateFileOf(endpoint: Endpoint): string | undefined {
  const owner = daemonOwner(endpoint);
  if (endpoint.kind !== 'unix' || owner === undefined) return undefined;
  return owner === 'helper' ? stateFile : rootlessStateFile(endpoint.socketPath);
}

/** Where the daemon's log is now, as its owner says, else where it usually is; empty when it is in the journal. */
export function logPathOf(endpoint: Endpoint | undefined, environment: ProcessEnvironment): string {
  const said = endpoint === undefined ? undefined : stateFileOf(endpoint);
  const usual = daemonOwner(endpoint) === 'user' ? rootlessLog(environment) : daemonLog;
  return readHelperFile(said ?? stateFile)?.log ?? usual;
}

/**
 * Why starting or stopping would not touch the daemon that is shown, or undefined when it would. An endpoint that cannot
 * be used shows none, so there is nothing to mistake.
 */
export function endpointMismatch(endpoint: Endpoint | undefined): string | undefined {
  if (endpoint === undefined || daemonOwner(endpoint) !== undefined) return undefined;
  const from = endpoint.source === 'setting' ? 'the setting dindStation.dockerHost' : endpoint.source;
  return `It watches ${endpoint.display}, from ${from}. The helper manages the daemon at unix://${managedSockets[0] ?? ''}.`;
}
