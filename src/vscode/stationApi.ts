import type { EngineState } from '../engine/state';

/** What the suite in the editor looks at, and any other extension may. */
export interface StationApi {
  /** The engine's state now. */
  state(): EngineState;
  onDidChangeState(listener: (state: EngineState) => void): { dispose(): void };
}
