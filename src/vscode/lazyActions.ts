import type * as Late from './actions';
import type { EngineState } from '../engine/state';
import type { ActionParts, Actions } from './actions';
import { needsExplaining } from './fallbackText';

/** Loads the actions' output file; bundling leaves this import alone. */
export async function loadActions(): Promise<typeof Late> {
  return import('./actions');
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
