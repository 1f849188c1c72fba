import type * as Late from './actions';
import type { Description } from '../diagnosis/describe';
import { steps } from '../diagnosis/nextStep';
import type { EngineState } from '../engine/state';
import { rowOf, states } from '../engine/stateTable';
import type { ActionParts, Actions } from './actions';
import { Lazy } from './lazy';

/** Loads the actions' output file; bundling leaves this import alone. */
export async function loadActions(): Promise<typeof Late> {
  return import('./actions');
}

/** What a start would need: asked only when nothing answers, which has to be explained anyway. Never rejects. */
export const readSetup: (typeof Late)['readSetup'] = (endpoint) =>
  loadActions().then(
    (late) => late.readSetup(endpoint),
    // Whoever explains the state says that it cannot be loaded.
    () => undefined,
  );

/** Whether a state is to be explained by `describe`, which is in a file that is loaded on first use. */
export function needsExplaining(state: EngineState): boolean {
  return !(state.cause === undefined ? states[state.kind] : rowOf(state)).plain;
}

/** Words for a state until `describe` is there: for the plain ones they are enough, the others have them for milliseconds. */
export function fallbackText(state: EngineState, managed: boolean): Description {
  if (needsExplaining(state)) return { headline: 'Docker', explanation: '', nextSteps: [] };
  const { headline, nextSteps } = rowOf(state);
  // None of a plain state depends on more than its name.
  const named = nextSteps.flatMap((name) => (name in steps ? [steps[name as keyof typeof steps]] : []));
  return { headline, explanation: '', nextSteps: managed ? named : [] };
}

/** What is needed only when Docker is not well or somebody asks for something. */
export class LazyActions extends Lazy<Actions> {
  readonly #parts: ActionParts;

  constructor(load: typeof loadActions, parts: ActionParts) {
    super(async () => {
      const { Actions } = await load();
      return () => {
        const actions = new Actions(parts);
        actions.observe(parts.engine.state);
        return actions;
      };
    });
    this.#parts = parts;
  }

  /** To be told of every state. The first one that is not plain loads what explains it. */
  observe(state: EngineState): void {
    this.now?.observe(state);
    if (this.now !== undefined || !needsExplaining(state)) return;
    const { onChange, log } = this.#parts;
    this.get().then(onChange, (error: unknown) => log.error(`The explanations cannot be loaded: ${String(error)}`));
  }
}
