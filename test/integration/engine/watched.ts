import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HelperStateFile } from '../../../src/helper/helperState';
import { systemClock, type Clock } from '../../../src/util/timing';
import { EngineMonitor, type MonitorOptions } from '../../../src/engine/monitor';
import type { EngineState } from '../../../src/engine/state';
import { helperFile } from '../../unit/engine/words';
import { unixEndpoint, wait, type Litter } from './fakeDockerd';

/** A monitor, and everything it told. */
export class Watched {
  readonly monitor: EngineMonitor;
  readonly states: EngineState[];
  readonly log: string[] = [];
  #wake: () => void = () => undefined;

  constructor(litter: Litter, socketPath: string, options: Partial<MonitorOptions> = {}) {
    this.monitor = new EngineMonitor({
      endpoint: { ok: true, endpoint: unixEndpoint(socketPath) },
      helperStatePath: undefined,
      log: (line) => this.log.push(line),
      ...options,
    });
    this.states = [this.monitor.state];
    this.monitor.onChange((state) => {
      this.states.push(state);
      this.#wake();
    });
    litter.later(() => this.monitor.dispose());
  }

  get kinds(): string[] {
    return this.states.map(({ kind }) => kind).filter((kind, index, all) => kind !== all[index - 1]);
  }

  /** Waits until the state now is such; gives the milliseconds that took. */
  async until(fits: (state: EngineState) => boolean, limitMs = 4000): Promise<number> {
    const startedAt = performance.now();
    while (!fits(this.monitor.state)) {
      const left = limitMs - (performance.now() - startedAt);
      if (left <= 0)
        throw new Error(`after ${limitMs} ms: ${JSON.stringify(this.monitor.state)} after ${this.kinds.join(', ')}`);
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), wait(left)]);
    }
    return performance.now() - startedAt;
  }

  async kind(kind: EngineState['kind'], limitMs?: number): Promise<number> {
    return this.until((state) => state.kind === kind, limitMs);
  }
}

/** Time that runs so many times faster, for everything but the deadlines of requests. */
export function fast(times: number): Clock {
  return {
    now: () => systemClock.now(),
    elapsed: () => systemClock.elapsed() * times,
    after: (ms, call) => systemClock.after(ms / times, call),
  };
}

export const socketIn = (folder: string): string => join(folder, 'docker.sock');

/** Writes the helper's file as the helper does. */
export function say(path: string, words: Partial<HelperStateFile>): void {
  writeFileSync(`${path}.new`, JSON.stringify({ ...helperFile, ...words }));
  renameSync(`${path}.new`, path);
}
