import type * as Late from './actions';
import type { ActionParts, Actions } from './actions';
import { Lazy } from './lazy';

/** Loads the actions' output file; bundling leaves this import alone. */
export async function loadActions(): Promise<typeof Late> {
  return import('./actions');
}

/** What is needed only when Docker is not well or somebody asks for something. */
export class LazyActions extends Lazy<Actions> {
  constructor(load: typeof loadActions, parts: ActionParts) {
    super(async () => {
      const { Actions } = await load();
      return () => {
        const actions = new Actions(parts);
        actions.observe(parts.engine.state);
        return actions;
      };
    });
  }
}
