import { type Clock, intervals } from '../util/timing';
import type { Endpoint } from './endpoint';
import { UnstartedContainers } from './unstartedContainers';
import { openEvents, type EventStream, type StreamEnd } from './events';

export interface EventFeedOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** A container came, went, or changed between running and not. */
  readonly onContainer: () => void;
  /** A container was made and has not started: perhaps none can. */
  readonly onUnstarted: () => void;
  /** The stream broke off: the engine may be gone. */
  readonly onLost: () => void;
}

/** One event stream, opened whenever the engine is known to answer, and never again and again in a tight loop. */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #unstarted: UnstartedContainers;
  #stream: EventStream | undefined;
  #openedAt = 0;
  #notBefore = 0;
  #held = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    this.#unstarted = new UnstartedContainers(options.clock, options.onUnstarted);
  }

  /** Opens the stream unless it is open, or unless it was refused or broke off at once a moment ago. */
  open(): void {
    const { clock, endpoint, log, onContainer } = this.#options;
    if (this.#held || this.#stream !== undefined || clock.elapsed() < this.#notBefore) return;
    this.#openedAt = clock.elapsed();
    this.#stream = openEvents(endpoint, {
      opened: () => log('The event stream is open.'),
      event: (event) => {
        // What this product makes to find something out is nothing that happened.
        if (event.own) return;
        this.#unstarted.take(event);
        onContainer();
      },
      stray: (line) => log(`The event stream holds a line that is no event: ${line}`),
      ended: (end) => this.#ended(end),
    });
  }

  /** The engine is gone: whatever comes next is another one, to which an earlier refusal means nothing. */
  close(): void {
    this.#stream?.close();
    this.#notBefore = 0;
  }

  /** While the engine is being ended no stream is kept: from 23.0 on dockerd waits 5 s at its end for open requests. */
  hold(held: boolean): void {
    if (held && !this.#held) this.close();
    this.#held = held;
  }

  #ended(end: StreamEnd): void {
    const { clock, log, onLost } = this.#options;
    this.#stream = undefined;
    this.#unstarted.clear();
    const now = clock.elapsed();
    switch (end.reason) {
      case 'closed':
        return;
      case 'lost':
        log(`The event stream broke off${end.code === '' ? '' : ` (${end.code})`}.`);
        if (now - this.#openedAt < intervals.streamLife) this.#notBefore = now + intervals.streamLife / 2;
        onLost();
        return;
      case 'status':
      case 'unusable':
        log(`There is no event stream (${end.reason === 'status' ? `HTTP ${end.status}` : end.message}): asking only.`);
        this.#notBefore = now + intervals.streamRefused;
    }
  }
}
