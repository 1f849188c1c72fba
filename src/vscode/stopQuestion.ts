import type { loadDockerode } from '../engine/loadDockerode';
import type { Endpoint } from '../engine/endpoint';
import type { EngineState } from '../engine/state';
import { lifecycleVerbs, type LifecycleVerb } from '../app/lifecycle';

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

/** A modal question before containers are stopped. */
export interface StopQuestion {
  readonly message: string;
  /** Names of the containers, one per line, as far as they could be listed, and why they end. */
  readonly detail: string;
  /** The button that goes ahead. */
  readonly confirm: string;
}

const maxNames = 12;

/**
 * Whether a verb would end containers: the daemon goes away and live-restore, which would keep them, is off. Nothing is
 * known of a daemon that does not answer, so nothing is asked then.
 */
export function endsContainers(verb: LifecycleVerb, state: EngineState): boolean {
  if (!lifecycleVerbs[verb].endsDaemon || state.details === undefined) return false;
  return !state.details.liveRestore && state.details.containersRunning > 0;
}

/** @param names of running containers, or undefined when the engine did not tell them in time */
export function stopQuestion(verb: LifecycleVerb, count: number, names: readonly string[] | undefined): StopQuestion {
  const shown = names ?? [];
  const number = names?.length ?? count;
  const what = number === 1 ? '1 running container' : `${number} running containers`;
  const rest = shown.length > maxNames ? [`and ${shown.length - maxNames} more`] : [];
  const list = [...shown.slice(0, maxNames), ...rest].join('\n');
  const why = `The option live-restore, which would keep ${number === 1 ? 'it' : 'them'} running, is off.`;
  const { doing, imperative } = lifecycleVerbs[verb];
  return {
    message: `${doing} ends ${what}.`,
    detail: list === '' ? why : `${list}\n\n${why}`,
    confirm: `${imperative} Docker`,
  };
}
