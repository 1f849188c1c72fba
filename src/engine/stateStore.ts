import { initial, type Model } from './model';
import { reduce } from './reducer';
import type { EngineEvent, EngineState } from './state';

export type StateListener = (state: EngineState, previous: EngineState) => void;

/** Holds the model, puts events through the reducer, and tells who listens of every change a person could see. */
export class StateStore {
  readonly #now: () => number;
  readonly #log: (line: string) => void;
  readonly #listeners = new Set<StateListener>();
  #model: Model;

  /** `now` gives milliseconds since the epoch. */
  constructor(now: () => number, log: (line: string) => void) {
    this.#now = now;
    this.#log = log;
    this.#model = initial(now());
  }

  get model(): Model {
    return this.#model;
  }

  tell(event: UntimedEvent): void {
    const previous = this.#model.state;
    this.#model = reduce(this.#model, { ...event, at: this.#now() });
    const { state } = this.#model;
    if (state === previous) return;
    if (state.kind !== previous.kind) {
      const why = state.cause === undefined ? '' : ` (${state.cause.code}: ${state.cause.evidence})`;
      this.#log(`The engine was ${previous.kind}, is ${state.kind}${why}.`);
    }
    for (const listener of this.#listeners) {
      // One listener's fault must not keep the news from the others, nor end the watching.
      try {
        listener(state, previous);
      } catch (error) {
        this.#log(`A listener failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    }
  }

  /** Adding the same function twice is two listeners. */
  onChange(listener: StateListener): { dispose(): void } {
    const own: StateListener = (state, previous) => listener(state, previous);
    this.#listeners.add(own);
    return { dispose: () => this.#listeners.delete(own) };
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** An event without its moment, which the store adds. */
type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never;
type UntimedEvent = Untimed<EngineEvent>;
