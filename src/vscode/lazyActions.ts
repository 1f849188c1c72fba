import type * as Late from './actions';
import type { EngineState } from '../engine/state';
import type { ActionParts, Actions } from './actions';
import { needsExplaining } from './fallbackText';
import { Lazy } from './lazy';

/** Loads the actions' output file; bundling leaves this import alone. */
export async function loadActions(): Promise<typeof Late> {
  return import('./actions');
}

/** What is needed only when Docker is not well or somebody asks for something. */
export class LazyActions extends Lazy<Actions> {
  constructor(
    load: typeof loadActions,
    private readonly parts: ActionParts,
  ) {
    super(async () => {
      const { Actions } = await load();
      return () => {
        const actions = new Actions(parts);
        actions.observe(parts.engine.state);
        return actions;
      };
    });
  }

  /** To be told of every state. The first one that is not plain loads what explains it. */
  observe(state: EngineState): void {
    this.now?.observe(state);
    if (this.now !== undefined || !needsExplaining(state)) return;
    const { onChange, log } = this.parts;
    this.get().then(onChange, (error: unknown) => log.error(`The explanations cannot be loaded: ${String(error)}`));
  }
}
