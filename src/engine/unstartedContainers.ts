import type { Clock, Timer } from '../util/timing';
import type { ContainerEvent } from './events';

/** Milliseconds from `create` to `start` in which whoever wants a container to run has it started. */
const startMs = 4000;
/** Containers that are waited for; a burst of more says no more than these. */
const maxWaiting = 50;

/**
 * Notices that a container was made and did not start. An engine has no event for a start that failed: `docker run` is then a
 * `create` with nothing after it, or with `--rm` a `destroy`. A bare `docker create` looks the same, so it is a doubt, not a fault.
 */
export class UnstartedContainers {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #onUnstarted: () => void;
  readonly #waiting = new Map<string, Timer>();

  constructor(clock: Pick<Clock, 'after'>, onUnstarted: () => void) {
    this.#clock = clock;
    this.#onUnstarted = onUnstarted;
  }

  take({ action, id }: ContainerEvent): void {
    const timer = this.#waiting.get(id);
    if (action === 'create' && timer === undefined && this.#waiting.size < maxWaiting) {
      this.#waiting.set(
        id,
        this.#clock.after(startMs, () => this.#unstarted(id)),
      );
    } else if (timer !== undefined && action === 'start') {
      timer.cancel();
      this.#waiting.delete(id);
    } else if (timer !== undefined && action === 'destroy') {
      timer.cancel();
      this.#unstarted(id);
    }
  }

  /** The engine is gone: what it had made tells nothing of the next one. */
  clear(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #unstarted(id: string): void {
    this.#waiting.delete(id);
    this.#onUnstarted();
  }
}
