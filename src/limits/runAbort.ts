import type { Endpoint } from '../engine/endpoint';
import { ping } from '../engine/probe';
import { EngineSilent, runFailure, RunAborted, engineSilent } from './runErrors';

/** Milliseconds in which a living engine answers a ping. */
export const pingDeadline = 3000;
/** Seconds after which a run is over, whatever it waited for. */
export const maxRunSeconds = 600;

/** Which engine a run is made in, until when. */
export interface RunTarget {
  readonly endpoint: Endpoint;
  readonly signal: AbortSignal;
  /** How the engine is asked whether it lives. */
  readonly ping?: typeof ping;
}

/** What ends a run before its checks do: whoever asked for it, its time, a fault of the program, a silent engine. */
export class RunAbort {
  /** Aborted by whoever asked for the run, by its time or by a fault: containers are removed in order. */
  readonly ended: AbortSignal;
  /** Aborted when the engine does not answer any more: nothing more is waited for. */
  readonly unresponsive: AbortSignal;
  /** Aborted by either. */
  readonly signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #silence = new AbortController();
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor({ endpoint, signal, ping: ask = ping }: RunTarget) {
    this.ended = AbortSignal.any([signal, this.#stop.signal]);
    this.unresponsive = this.#silence.signal;
    this.signal = AbortSignal.any([this.ended, this.unresponsive]);
    const tooLong = new RunAborted(`The run took longer than ${String(maxRunSeconds)} s and was ended.`);
    this.#timer = setTimeout(() => this.#stop.abort(tooLong), maxRunSeconds * 1000);
    const askWhetherItLives = async (): Promise<void> => {
      // An ended run has containers to remove: an engine that does not even answer a ping is not waited for.
      const { outcome } = await ask(endpoint, pingDeadline, this.#over.signal);
      if (outcome !== 'ok') this.#silence.abort(engineSilent(`no answer to a ping within ${String(pingDeadline)} ms`));
    };
    this.ended.addEventListener('abort', () => void askWhetherItLives(), { once: true });
  }

  /** Ends the run for what a part of it failed with. */
  fail(reason: unknown): void {
    if (reason instanceof EngineSilent) this.#silence.abort(reason);
    else this.#stop.abort(new RunAborted(runFailure(reason).reason));
  }

  /** The run is over: nothing ends it any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#over.abort();
  }
}
