import type { Installed } from '../helper/installed';
import { stateFile } from '../helper/paths';
import { isRootlessSocket, rootlessStateFile } from '../helper/rootless';
import type { AccessJudgement } from '../diagnosis/access';
import type { DescribeContext } from '../diagnosis/describe';
import type { Endpoint } from '../engine/endpoint';

/** Where the daemon that the helper starts listens, in both of its names. */
const managedSockets: readonly string[] = ['/var/run/docker.sock', '/run/docker.sock'];

/** Who starts and stops the daemon at an endpoint: root's helper, this user (`dind-rootless`), or nobody here. */
export type DaemonOwner = 'helper' | 'user';

export function daemonOwner(endpoint: Endpoint | undefined): DaemonOwner | undefined {
  if (endpoint?.kind !== 'unix') return undefined;
  if (managedSockets.includes(endpoint.socketPath)) return 'helper';
  return isRootlessSocket(endpoint.socketPath) ? 'user' : undefined;
}

/** Where the keeper of an endpoint says what it does; undefined where there is none. */
export function stateFileOf(endpoint: Endpoint): string | undefined {
  const keeper = daemonOwner(endpoint);
  if (endpoint.kind !== 'unix' || keeper === undefined) return undefined;
  return keeper === 'helper' ? stateFile : rootlessStateFile(endpoint.socketPath);
}

/** What the words of a state depend on, as far as it is known by now. */
export function describeContext(
  endpoint: Endpoint | undefined,
  known: { readonly helper: Installed['status'] | undefined; readonly access: AccessJudgement | undefined },
): DescribeContext {
  return {
    ...(endpoint === undefined ? {} : { endpoint: endpoint.display, managed: daemonOwner(endpoint) !== undefined }),
    ...(endpoint?.kind === 'unix' ? { socketPath: endpoint.socketPath } : {}),
    ...(known.helper === undefined || daemonOwner(endpoint) === 'user' ? {} : { helper: known.helper }),
    ...(known.access === undefined ? {} : { access: known.access }),
  };
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
