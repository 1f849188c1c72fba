import type { EngineState, StateKind } from '../engine/state';
import type { Endpoint } from '../engine/endpoint';
import type { Clock, Timer } from '../util/timing';
import type { KnownVerification, Verification } from '../engine/verification';
import type { VerificationEntry } from './verificationRecord';

export interface VerifierParts {
  /** Runs containers; never rejects. */
  readonly trial: (endpoint: Endpoint, identity: string, signal: AbortSignal) => Promise<Verification>;
  readonly identity: (endpoint: Endpoint) => Promise<string | undefined>;
  /** What this or another window or terminal has found out. */
  readonly remembered: (identity: string) => Promise<VerificationEntry | undefined>;
  readonly remember: (identity: string, verification: KnownVerification) => Promise<void>;
  /** Whether this daemon may be tried without being told to: of this machine, ours or its init's, and not turned off. */
  readonly automatic: (endpoint: Endpoint) => boolean;
  /** Told of each result of the daemon that runs now, and with undefined when nothing is known any more. */
  readonly onResult: (verification: KnownVerification | undefined) => void;
  readonly clock: Clock;
  readonly log: { info(message: string): void; error(message: string): void };
}

/** Milliseconds after an engine is seen to run: a start that is still settling is not disturbed. */
const settleMs = 300;
/** Milliseconds between two trials for doubts. */
const doubtMs = 60_000;
/** Milliseconds after which a trial that could not be made (another runner, a silent engine) is made again. */
const retryMs = 3000;
const maxRetries = 5;

/** In which the engine answers, so that a container can be tried. */
const answering: ReadonlySet<StateKind> = new Set<StateKind>(['running', 'cannot-run']);

/**
 * Finds out once for each start of a daemon whether containers run, in the background, and again when there is a reason to
 * doubt it. One trial at a time; an engine that goes away ends it.
 */
export class Verifier {
  readonly #parts: VerifierParts;
  #endpoint: Endpoint | undefined;
  #answers = false;
  #timer: Timer | undefined;
  #trial: AbortController | undefined;
  #retries = 0;
  /** Of the last trial but the first of a start, on the clock; far in the past before that. */
  #triedAt = Number.NEGATIVE_INFINITY;
  /** The remembered result does not count for the next trial. */
  #doubted = false;

  constructor(parts: VerifierParts) {
    this.#parts = parts;
  }

  /** To be told of each state. */
  observe(state: EngineState, endpoint: Endpoint | undefined): void {
    const answers = answering.has(state.kind) && endpoint !== undefined && this.#parts.automatic(endpoint);
    const another = endpoint !== this.#endpoint;
    if (answers === this.#answers && !another) return;
    if (another || !answers) this.#forget();
    this.#endpoint = endpoint;
    this.#answers = answers;
    if (answers) this.#schedule(settleMs);
  }

  /** Something failed or was replaced: what was found out may not hold any more. At most one trial a minute. */
  doubt(): void {
    if (!this.#answers) return;
    this.#doubted = true;
    if (this.#timer !== undefined) return;
    this.#schedule(Math.max(settleMs, this.#triedAt + doubtMs - this.#parts.clock.elapsed()));
  }

  dispose(): void {
    this.#forget();
    this.#answers = false;
  }

  #forget(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#trial?.abort();
    this.#trial = undefined;
    this.#retries = 0;
    this.#doubted = false;
    if (this.#answers) this.#parts.onResult(undefined);
  }

  #schedule(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(ms, () => {
      this.#timer = undefined;
      this.#verify().catch((error: unknown) => this.#parts.log.error(`Verifying containers failed: ${String(error)}`));
    });
  }

  async #verify(): Promise<void> {
    const endpoint = this.#endpoint;
    if (endpoint === undefined) return;
    if (this.#trial !== undefined) {
      this.#schedule(retryMs);
      return;
    }
    const { identity, remembered, remember, trial, onResult, clock, log } = this.#parts;
    const controller = new AbortController();
    this.#trial = controller;
    const current = (): boolean => this.#trial === controller;
    try {
      const started = await identity(endpoint);
      if (started === undefined || !current()) return;
      const known = this.#doubted ? undefined : await remembered(started);
      if (!current()) return;
      if (known !== undefined) {
        onResult(known.verification);
        if (known.verification.verdict === 'no') {
          this.#triedAt = clock.elapsed();
          this.doubt();
        }
        return;
      }
      const doubted = this.#doubted;
      if (doubted) this.#triedAt = clock.elapsed();
      // A doubt that comes from now on is about what is being found out.
      this.#doubted = false;
      const found = await trial(endpoint, started, controller.signal);
      if (!current()) return;
      if (found.verdict === 'unknown') {
        log.info(`Whether containers run is not known: ${found.message}`);
        this.#doubted ||= doubted;
        this.#retry();
        return;
      }
      this.#retries = 0;
      onResult(found);
      // Whoever mends it tells nobody: it is looked again for as long as it stands.
      if (found.verdict === 'no') {
        this.#triedAt = clock.elapsed();
        this.doubt();
      }
      // Another start since the beginning is another daemon: what was found out would be kept under the wrong name.
      if ((await identity(endpoint)) === started) await remember(started, found);
    } finally {
      if (current()) this.#trial = undefined;
    }
  }

  #retry(): void {
    this.#retries += 1;
    if (this.#retries <= maxRetries) this.#schedule(retryMs * this.#retries);
  }
}
