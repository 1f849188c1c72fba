import type * as Late from './actions';
import type { Description } from '../diagnosis/describe';
import { stepsNamed } from '../diagnosis/nextStep';
import type { EngineState } from '../engine/state';
import { rowOf, states } from '../engine/states';
import type { ActionParts, Actions } from './actions';

/** Loads the actions' output file; bundling leaves this import alone. */
export async function loadActions(): Promise<typeof Late> {
  return import('./actions');
}

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

/** The actions, made when they are first needed, once. */
export class LazyActions {
  /** Undefined until they were needed. */
  now: Actions | undefined;
  private loading: Promise<Actions> | undefined;
  private disposed = false;

  constructor(
    private readonly load: typeof loadActions,
    private readonly parts: ActionParts,
  ) {}

  /** The actions. A failed load is tried again by the next caller. */
  async get(): Promise<Actions> {
    this.loading ??= this.make().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /** To be told of every state. The first one that is not plain loads what explains it. */
  observe(state: EngineState): void {
    this.now?.observe(state);
    if (this.now !== undefined || !needsExplaining(state)) return;
    const { onChange, log } = this.parts;
    this.get().then(onChange, (error: unknown) => log.error(`The explanations cannot be loaded: ${String(error)}`));
  }

  private async make(): Promise<Actions> {
    const { Actions } = await this.load();
    if (this.disposed) throw new Error('The window is closing.');
    this.now = new Actions(this.parts);
    this.now.observe(this.parts.engine.state);
    return this.now;
  }

  dispose(): void {
    this.disposed = true;
    this.now?.dispose();
  }
}
