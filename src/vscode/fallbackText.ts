import type { Description } from '../diagnosis/describe';
import { stepsNamed } from '../diagnosis/nextStep';
import type { EngineState } from '../engine/state';
import { rowOf, states } from '../engine/states';

/** Whether a state is to be explained by `describe`, which is in a file that is loaded on first use. */
export function needsExplaining(state: EngineState): boolean {
  return !(state.cause === undefined ? states[state.kind] : rowOf(state)).plain;
}

/** Words for a state until `describe` is there: for the plain ones they are enough, the others have them for milliseconds. */
export function fallbackText(state: EngineState, managed: boolean): Description {
  if (needsExplaining(state)) return { headline: 'Docker', explanation: '', nextSteps: [] };
  const { headline, nextSteps } = rowOf(state);
  return { headline, explanation: '', nextSteps: managed ? stepsNamed(nextSteps, '') : [] };
}
