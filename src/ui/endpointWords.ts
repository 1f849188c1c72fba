import type { Installed } from '../daemon/installed';
import type { AccessJudgement } from '../diagnosis/access';
import type { DescribeContext } from '../diagnosis/describe';
import type { Endpoint } from '../engine/endpoint';

/** Where the daemon that the helper starts listens, in both of its names. */
const managedSockets: readonly string[] = ['/var/run/docker.sock', '/run/docker.sock'];

/** Whether the helper looks after the daemon at this endpoint. */
export function isManaged(endpoint: Endpoint): boolean {
  return endpoint.kind === 'unix' && managedSockets.includes(endpoint.socketPath);
}

/** What the words of a state depend on, as far as it is known by now. */
export function describeContext(
  endpoint: Endpoint | undefined,
  known: { readonly helper: Installed['status'] | undefined; readonly access: AccessJudgement | undefined },
): DescribeContext {
  return {
    ...(endpoint === undefined ? {} : { endpoint: endpoint.display, managed: isManaged(endpoint) }),
    ...(endpoint?.kind === 'unix' ? { socketPath: endpoint.socketPath } : {}),
    ...(known.helper === undefined ? {} : { helper: known.helper }),
    ...(known.access === undefined ? {} : { access: known.access }),
  };
}

/**
 * Why starting or stopping would not touch the daemon that is shown, or undefined when it would. An endpoint that cannot
 * be used shows none, so there is nothing to mistake.
 */
export function elsewhere(endpoint: Endpoint | undefined): string | undefined {
  if (endpoint === undefined || isManaged(endpoint)) return undefined;
  const from = endpoint.source === 'setting' ? 'the setting dindStation.dockerHost' : endpoint.source;
  return `It watches ${endpoint.display}, from ${from}. The helper manages the daemon at unix://${managedSockets[0] ?? ''}.`;
}
