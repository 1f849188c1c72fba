import type { Description } from '../diagnosis/describe';
import { steps } from '../diagnosis/nextStep';
import type { EngineState, StateKind } from '../engine/state';

/** What needs no explaining has its words here, so that a window whose Docker is well loads nothing else. */
const headlines: Partial<Readonly<Record<StateKind, string>>> = {
  running: 'Docker is running',
  starting: 'Docker is starting',
  stopping: 'Docker is stopping',
  restarting: 'Docker is restarting',
};

/** Whether a state is to be explained by `describe`, which is in a file that is loaded on first use. */
export function needsExplaining(state: EngineState): boolean {
  const looking = state.kind === 'unknown' && state.cause?.code === 'not-asked-yet';
  return !looking && headlines[state.kind] === undefined;
}

/** Words for a state until `describe` is there: for the plain ones they are enough, the others have them for milliseconds. */
export function fallbackText(state: EngineState, managed: boolean): Description {
  const headline = headlines[state.kind] ?? (needsExplaining(state) ? 'Docker' : 'Looking for Docker');
  return {
    headline,
    explanation: '',
    nextSteps: state.kind === 'running' && managed ? [steps.restart, steps.stop] : [],
  };
}
