import type { loadDockerode } from '../engine/loadDockerode';
import type { Endpoint } from '../engine/endpoint';

/** How long a question before stopping may wait for the names, in milliseconds. */
export const namesBoundMs = 1500;

/**
 * Names of running containers for the question before they are stopped. Undefined when the engine does not give them in
 * time: then the question is asked without. The first call loads dockerode.
 */
export async function runningNames(
  endpoint: Endpoint | undefined,
  load: typeof loadDockerode,
  log: { error(message: string): void },
): Promise<readonly string[] | undefined> {
  if (endpoint === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), namesBoundMs);
  });
  const names = load()
    .then(({ runningContainers }) => runningContainers(endpoint))
    .then((containers) => containers.map(({ id, name }) => (name === '' ? id.slice(0, 12) : name)))
    .catch((error: unknown) => {
      log.error(`The running containers cannot be listed: ${String(error)}`);
      return undefined;
    });
  try {
    return await Promise.race([names, bound]);
  } finally {
    clearTimeout(timer);
  }
}
