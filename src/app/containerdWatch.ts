import type { Endpoint } from '../engine/endpoint';
import type { EngineState, StateKind } from '../engine/state';
import type { ContainerdLife } from '../host/containerdLife';
import type { Clock, Timer } from '../util/timing';

export interface ContainerdWatchParts {
  readonly read: (endpoint: Endpoint) => Promise<ContainerdLife | undefined>;
  /** Where the daemon's containerd should listen and does not; undefined when it does, or nothing is known. */
  readonly onDead: (address: string | undefined) => void;
  /** Another containerd is at its place: what was found out of containers may not hold any more. */
  readonly onReplaced: () => void;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: { error(message: string): void };
}

/** Milliseconds between two looks, which are two files of `/proc` each. */
const lookMs = 3000;
/** The same after the first look that finds none: a supervisor may be starting it again just now. */
const secondLookMs = 1000;

/** In which a daemon of this machine answers. */
const answering: ReadonlySet<StateKind> = new Set<StateKind>(['running', 'cannot-run', 'degraded']);

/**
 * Watches the containerd of a daemon of this machine. From 23.0 on an engine answers `/info` without one, so that no question to
 * the engine tells.
 */
export class ContainerdWatch {
  readonly #parts: ContainerdWatchParts;
  #endpoint: Endpoint | undefined;
  #timer: Timer | undefined;
  #last: ContainerdLife | undefined;
  /** What was told outlives the looking: an engine that is silent for a moment is still believed to have lost it. */
  #toldDead = false;
  #round = 0;

  constructor(parts: ContainerdWatchParts) {
    this.#parts = parts;
  }

  /** To be told of each state. */
  observe(state: EngineState, endpoint: Endpoint | undefined): void {
    const watched = answering.has(state.kind) ? endpoint : undefined;
    if (watched === this.#endpoint) return;
    this.dispose();
    this.#endpoint = watched;
    if (watched !== undefined) this.#begin(watched, this.#round);
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#round += 1;
    this.#last = undefined;
    this.#endpoint = undefined;
  }

  #begin(endpoint: Endpoint, round: number): void {
    this.#look(endpoint, round).catch((error: unknown) =>
      this.#parts.log.error(`Whether containerd lives cannot be found out: ${String(error)}`),
    );
  }

  async #look(endpoint: Endpoint, round: number): Promise<void> {
    const life = await this.#parts.read(endpoint);
    if (round !== this.#round) return;
    const wait = this.#take(life);
    this.#timer = this.#parts.clock.after(wait, () => this.#begin(endpoint, round));
  }

  /** Gives the milliseconds until the next look. */
  #take(life: ContainerdLife | undefined): number {
    const before = this.#last;
    this.#last = life;
    if (life?.alive === false) {
      if (before?.alive !== false) return secondLookMs;
      this.#parts.onDead(life.address);
      this.#toldDead = true;
      return lookMs;
    }
    if (life !== undefined && this.#toldDead) {
      this.#parts.onDead(undefined);
      this.#toldDead = false;
    }
    if (life !== undefined && before !== undefined && !(before.alive && before.inode === life.inode)) {
      this.#parts.onReplaced();
    }
    return lookMs;
  }
}
