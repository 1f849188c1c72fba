import type { EngineState } from '../engine/state';
import type { LifecycleVerb } from './outcome';

/** A modal question before containers are stopped. */
export interface StopQuestion {
  readonly message: string;
  /** Names of the containers, one per line; empty when they could not be listed. */
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
  const pronoun = number === 1 ? 'it' : 'them';
  const rest = shown.length > mostNames ? [`and ${shown.length - mostNames} more`] : [];
  const word = verb === 'restart' ? 'Restart' : 'Stop';
  const lost = verb === 'restart' ? `Restarting Docker ends ${what}` : `Stopping Docker ends ${what}`;
  return {
    message: `${lost}. live-restore, which would keep ${pronoun}, is off.`,
    detail: [...shown.slice(0, mostNames), ...rest].join('\n'),
    confirm: `${word} Docker`,
  };
}
