import type { EngineState, StateKind } from '../engine/state';
import type { Endpoint } from '../engine/endpoint';
import type { Clock, Timer } from '../util/timing';
import type { TimedVerification, Verification } from '../engine/verification';

export interface VerifierParts {
  /** Runs containers; never rejects. */
  readonly trial: (endpoint: Endpoint, identity: string, signal: AbortSignal) => Promise<Verification>;
  readonly identity: (endpoint: Endpoint) => Promise<string | undefined>;
  /** What this or another window or terminal has found out. */
  readonly remembered: (identity: string) => Promise<TimedVerification | undefined>;
  /** Why a container that ran at that time, in milliseconds since the epoch, proves nothing of now; undefined where nothing says so. */
  readonly doubtSince: (endpoint: Endpoint, since: number) => Promise<string | undefined>;
  readonly remember: (identity: string, verification: TimedVerification) => Promise<void>;
  /** Whether this daemon may be tried without being told to: of this machine, ours or its init's, and not turned off. */
  readonly automatic: (endpoint: Endpoint) => boolean;
  /** Calls whenever another window or a terminal may have found something out. */
  readonly watchRecord: (onChange: () => void) => { dispose(): void };
  /** Told of each result of the daemon that runs now, and with undefined when nothing is known any more. */
  readonly onResult: (verification: TimedVerification | undefined) => void;
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
const answering: ReadonlySet<StateKind> = new Set<StateKind>(['running', 'cannot-run', 'foreign']);

/**
 * Finds out once for each start of a daemon whether containers run, in the background, and again when there is a reason to
 * doubt it. One trial at a time; an engine that goes away ends it. A daemon that is not to be tried unasked is only
 * looked up: somebody may have asked elsewhere.
 */
export class Verifier {
  readonly #parts: VerifierParts;
  readonly #watch: { dispose(): void };
  #endpoint: Endpoint | undefined;
  #answers = false;
  #automatic = false;
  #timer: Timer | undefined;
  #trial: AbortController | undefined;
  #retries = 0;
  /** Of the last trial but the first of a start, on the clock; far in the past before that. */
  #triedAt = Number.NEGATIVE_INFINITY;
  /** The remembered result does not count for the next trial. */
  #doubted = false;

  constructor(parts: VerifierParts) {
    this.#parts = parts;
    this.#watch = parts.watchRecord(() => this.#recordChanged());
  }

  /** To be told of each state, and when it may have become another daemon's or was turned on or off. */
  observe(state: EngineState, endpoint: Endpoint | undefined): void {
    const answers = answering.has(state.kind) && endpoint !== undefined;
    const automatic = answers && state.kind !== 'foreign' && this.#parts.automatic(endpoint);
    const another = endpoint !== this.#endpoint;
    if (answers === this.#answers && automatic === this.#automatic && !another) return;
    if (another || !answers) this.#forget();
    else this.#cancel();
    this.#endpoint = endpoint;
    this.#answers = answers;
    this.#automatic = automatic;
    if (answers) this.#schedule(settleMs);
  }

  /** Something failed or was replaced: what was found out may not hold any more. At most one trial a minute. */
  doubt(): void {
    if (!this.#automatic) return;
    this.#doubted = true;
    if (this.#timer !== undefined) return;
    this.#schedule(Math.max(settleMs, this.#triedAt + doubtMs - this.#parts.clock.elapsed()));
  }

  #recordChanged(): void {
    const endpoint = this.#endpoint;
    // What is under way here is newer.
    if (!this.#answers || endpoint === undefined || this.#trial !== undefined) return;
    const recall = async (): Promise<void> => {
      const identity = await this.#parts.identity(endpoint);
      const known = identity === undefined ? undefined : await this.#recall(identity, endpoint);
      if (known !== undefined && this.#answers && endpoint === this.#endpoint && this.#trial === undefined)
        this.#show(known);
    };
    recall().catch((error: unknown) => this.#failed(error));
  }

  dispose(): void {
    this.#forget();
    this.#answers = false;
    this.#automatic = false;
    this.#watch.dispose();
  }

  #cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#trial?.abort();
    this.#trial = undefined;
    this.#retries = 0;
    this.#doubted = false;
  }

  #forget(): void {
    this.#cancel();
    if (this.#answers) this.#parts.onResult(undefined);
  }

  #schedule(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(ms, () => {
      this.#timer = undefined;
      this.#verify().catch((error: unknown) => this.#failed(error));
    });
  }

  /** What is remembered, but for a proof that something speaks against. */
  async #recall(identity: string, endpoint: Endpoint): Promise<TimedVerification | undefined> {
    const known = await this.#parts.remembered(identity);
    if (known?.verdict !== 'yes') return known;
    const doubt = await this.#parts.doubtSince(endpoint, known.at);
    if (doubt === undefined) return known;
    this.#parts.log.info(doubt);
    return undefined;
  }

  #failed(error: unknown): void {
    this.#parts.log.error(`Verifying containers failed: ${String(error)}`);
  }

  #show(found: TimedVerification): void {
    this.#parts.onResult(found);
    if (found.verdict !== 'no') return;
    // Whoever mends it tells nobody: it is looked again for as long as it stands.
    this.#triedAt = this.#parts.clock.elapsed();
    this.doubt();
  }

  async #verify(): Promise<void> {
    const endpoint = this.#endpoint;
    if (endpoint === undefined) return;
    if (this.#trial !== undefined) {
      this.#schedule(retryMs);
      return;
    }
    const { identity, remember, trial, clock, log } = this.#parts;
    const controller = new AbortController();
    this.#trial = controller;
    const current = (): boolean => this.#trial === controller;
    try {
      const started = await identity(endpoint);
      if (started === undefined || !current()) return;
      const known = this.#doubted ? undefined : await this.#recall(started, endpoint);
      if (!current()) return;
      if (known !== undefined) this.#show(known);
      if (known !== undefined || !this.#automatic) return;
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
      const timed = { ...found, at: clock.now() };
      this.#show(timed);
      // Another start since the beginning is another daemon: what was found out would be kept under the wrong name.
      if ((await identity(endpoint)) === started) await remember(started, timed);
    } finally {
      if (current()) this.#trial = undefined;
    }
  }

  #retry(): void {
    this.#retries += 1;
    if (this.#retries <= maxRetries) this.#schedule(retryMs * this.#retries);
  }
}
