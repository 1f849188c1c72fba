import type { EngineState, StateKind } from '../engine/state';
import { states } from '../engine/stateTable';

/** The keys `package.json` may use in a `when`, with what each holds. A test compares the two. */
export interface ContextValues {
  /** The engine's state as a word, for keybindings and menus of the user's own. */
  readonly 'dindStation.state': StateKind;
  /** Whether starting makes sense: nothing runs and nothing is on its way. */
  readonly 'dindStation.canStart': boolean;
  /** Whether stopping makes sense: a daemon of this container is up, or stuck on its way. */
  readonly 'dindStation.canStop': boolean;
}
export type ContextKey = keyof ContextValues;
export const contextKeys: readonly ContextKey[] = ['dindStation.state', 'dindStation.canStart', 'dindStation.canStop'];

/** The keys for one state. Restarting has none: it is always offered. */
export function contextFor({ kind }: Pick<EngineState, 'kind'>): ContextValues {
  const { canStart, canStop } = states[kind];
  return { 'dindStation.state': kind, 'dindStation.canStart': canStart, 'dindStation.canStop': canStop };
}

/** Writes context keys, and only those that changed: each write is a message to the renderer. */
export class ContextWriter<Values extends object = ContextValues> {
  readonly #execute: (command: 'setContext', key: string, value: unknown) => Thenable<unknown>;
  readonly #written = new Map<string, unknown>();

  constructor(execute: (command: 'setContext', key: string, value: unknown) => Thenable<unknown>) {
    this.#execute = execute;
  }

  write(values: Values): void {
    for (const [key, value] of Object.entries(values)) {
      if (this.#written.get(key) === value) continue;
      this.#written.set(key, value);
      void this.#execute('setContext', key, value);
    }
  }
}
