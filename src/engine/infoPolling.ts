import { type Clock, type Timer, intervals } from '../util/timing';
import type { Endpoint } from './endpoint';
import { info } from './probe';
import type { InfoResult } from './state';

export interface InfoRoundOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** False: ask only when told to. */
  readonly repeat: boolean;
  /** Milliseconds that one question may take now. */
  readonly deadline: () => number;
  readonly onResult: (result: InfoResult) => void;
}

/** Asks `/info`: now, soon, and again every 7 s until stopped; one question at a time. */
export class InfoRound {
  readonly #options: InfoRoundOptions;
  #run: AbortController | undefined;
  #startedAt = -Infinity;
  #next: Timer | undefined;
  #soon: Timer | undefined;
  #again = false;

  constructor(options: InfoRoundOptions) {
    this.#options = options;
  }

  /** Asks now; an earlier question is called off and its answer dropped. Resolves when this one has ended. */
  async ask(): Promise<void> {
    const { endpoint, clock, repeat, deadline, onResult } = this.#options;
    this.stop();
    const run = new AbortController();
    this.#run = run;
    this.#startedAt = clock.elapsed();
    const result = await info(endpoint, deadline(), run.signal);
    if (this.#run !== run) return;
    this.#run = undefined;
    if (repeat) {
      const wait = Math.max(0, intervals.info - (clock.elapsed() - this.#startedAt));
      this.#next = clock.after(wait, () => void this.ask());
      if (this.#again) this.soon();
    }
    onResult(result);
  }

  /** Something has changed: asks in a moment, once for a burst. A question under way is left to end first. */
  soon(): void {
    if (this.#soon !== undefined) return;
    const { clock } = this.#options;
    const wait = Math.max(intervals.infoAfterEvent, intervals.infoSpacing - (clock.elapsed() - this.#startedAt));
    this.#soon = clock.after(wait, () => {
      this.#soon = undefined;
      // Calling it off for a newer one, burst after burst, would never let a frozen containerd be found.
      if (this.#run !== undefined) this.#again = true;
      else void this.ask();
    });
  }

  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.#next?.cancel();
    this.#soon?.cancel();
    this.#soon = undefined;
    this.#again = false;
  }
}
