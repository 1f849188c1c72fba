import { isOwn, type StandingFinding } from '../app/verdict';
import type { Endpoint } from '../engine/endpoint';
import type { EngineState } from '../engine/state';
import type { LazyLog } from './lazyLog';

export interface RunningWarningParts {
  /** Looks at the machine: what `worthTelling` chooses of it. `known`: what is shown now. */
  readonly examine: (known: StandingFinding | undefined) => Promise<StandingFinding | undefined>;
  /** It is another than before, or gone. */
  readonly onChange: (fault: StandingFinding | undefined) => void;
  /** Milliseconds on any clock that only runs forward. */
  readonly now: () => number;
  readonly log: Pick<LazyLog, 'error'>;
}

/** How long the engine must have run before the first look, milliseconds: what has just started is still busy. */
const settleMs = 5000;

/** The least time between the beginnings of two looks, milliseconds. */
const pauseMs = 60_000;

/** What somebody is told of an engine that runs: the gravest error, else the words of its log that no rule knows. */
export function worthTelling(findings: readonly StandingFinding[]): StandingFinding | undefined {
  return (
    findings.find(({ severity }) => severity === 'error') ?? findings.find(({ id }) => id === 'log.not-recognised')
  );
}

/**
 * The fault that stands while the engine runs, such as a full disk: no state of the engine, so nobody would notice.
 * Looked for when the engine has begun to run, when it has changed since (containers came or went), and for as long as
 * an error stands; a healthy engine that does nothing costs nothing.
 */
export class RunningWarning {
  readonly #parts: RunningWarningParts;
  #fault: StandingFinding | undefined;
  #running = false;
  #begun = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(parts: RunningWarningParts) {
    this.#parts = parts;
  }

  /** Undefined: there is none as far as is known. */
  get current(): StandingFinding | undefined {
    return this.#fault;
  }

  /**
   * To be called for every state, the first one included. What is wrong with this machine says nothing of another's
   * daemon.
   */
  observe(state: EngineState, endpoint: Endpoint | undefined): void {
    const ran = this.#running;
    this.#running = state.kind === 'running' && isOwn(state, endpoint);
    if (!this.#running) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#show(undefined);
      return;
    }
    this.#schedule(ran ? 0 : settleMs);
  }

  /** What another look found, such as the page's. */
  learn(findings: readonly StandingFinding[]): void {
    if (!this.#running || this.#disposed) return;
    this.#learned(worthTelling(findings));
  }

  #schedule(leastMs: number): void {
    if (this.#disposed || this.#timer !== undefined) return;
    const wait = Math.max(leastMs, this.#begun + pauseMs - this.#parts.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look().catch((error: unknown) => this.#parts.log.error(`The machine cannot be examined: ${String(error)}`));
    }, wait);
  }

  async #look(): Promise<void> {
    this.#begun = this.#parts.now();
    const found = await this.#parts.examine(this.#fault);
    // What was seen before the engine ended is no fault of an engine that runs.
    if (!this.#running || this.#disposed) return;
    this.#learned(found);
  }

  #learned(found: StandingFinding | undefined): void {
    this.#show(found);
    // An error is watched until it is gone; what was once logged stays, and a look each minute would find it each minute.
    if (found?.severity === 'error') this.#schedule(0);
  }

  #show(fault: StandingFinding | undefined): void {
    if (fault?.id === this.#fault?.id && fault?.title === this.#fault?.title) return;
    this.#fault = fault;
    this.#parts.onChange(fault);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }
}
