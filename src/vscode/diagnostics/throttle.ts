/** Runs something that is asked for often: one run at a time, none lost, and a pause between two beginnings. */
export class Throttle {
  readonly #run: () => Promise<void>;
  readonly #intervalMs: number;
  readonly #now: () => number;
  #running: Promise<void> | undefined;
  #wanted = false;
  #begun = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /**
   * @param run must not reject
   * @param pauseMs the least time between two beginnings that nobody asked for by hand, milliseconds
   */
  constructor(run: () => Promise<void>, intervalMs: number, now: () => number = () => performance.now()) {
    this.#run = run;
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** Soon, and no sooner than the pause allows; many requests are one run. */
  request(): void {
    if (this.#disposed || this.#timer !== undefined) return;
    if (this.#running !== undefined) {
      this.#wanted = true;
      return;
    }
    const wait = Math.max(0, this.#begun + this.#intervalMs - this.#now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#begin();
    }, wait);
  }

  /** Now: resolves when a run has ended that began after the call. */
  async fresh(): Promise<void> {
    // What is under way may have looked already at what the caller has just changed.
    while (this.#running !== undefined) await this.#running;
    if (this.#disposed) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#begin();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #begin(): Promise<void> {
    this.#wanted = false;
    this.#begun = this.#now();
    const running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#wanted) this.request();
    });
    this.#running = running;
    return running;
  }
}
