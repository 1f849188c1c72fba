import type { EngineState } from '../engine/state';
import type { LifecycleVerb } from './outcome';

/** A modal question before containers are stopped. */
export interface StopQuestion {
  readonly message: string;
  /** Names of the containers, one per line, as far as they could be listed, and why they end. */
  readonly detail: string;
  /** The button that goes ahead. */
  readonly confirm: string;
}

const mostNames = 12;

/**
 * Whether a verb would end containers: the daemon goes away and live-restore, which would keep them, is off. Nothing is
 * known of a daemon that does not answer, so nothing is asked then.
 */
export function endsContainers(verb: LifecycleVerb, state: EngineState): boolean {
  if (verb === 'start' || state.details === undefined) return false;
  return !state.details.liveRestore && state.details.containersRunning > 0;
}

/** @param names of running containers, or undefined when the engine did not tell them in time */
export function stopQuestion(verb: LifecycleVerb, count: number, names: readonly string[] | undefined): StopQuestion {
  const shown = names ?? [];
  const number = names?.length ?? count;
  const what = number === 1 ? '1 running container' : `${number} running containers`;
  const rest = shown.length > mostNames ? [`and ${shown.length - mostNames} more`] : [];
  const list = [...shown.slice(0, mostNames), ...rest].join('\n');
  const why = `The option live-restore, which would keep ${number === 1 ? 'it' : 'them'} running, is off.`;
  return {
    message: `${verb === 'restart' ? 'Restarting' : 'Stopping'} Docker ends ${what}.`,
    detail: list === '' ? why : `${list}\n\n${why}`,
    confirm: `${verb === 'restart' ? 'Restart' : 'Stop'} Docker`,
  };
}
