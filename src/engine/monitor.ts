import { isEnding, isWorking } from '../helper/helperState';
import { backoffMs, systemClock, type Clock, type Timer, intervals } from '../util/timing';
import { infoDeadline, pingDeadline } from './deadlines';
import type { Endpoint, EndpointResult } from './endpoint';
import { EventFeed } from './eventFeed';
import { isHelperAlive, readHelperFile } from '../helper/stateFile';
import { InfoRound } from './infoPolling';
import { PathWatch } from './pathWatch';
import { ping, unusableCode } from './probe';
import type { EngineState, Found, InfoResult, MachineSetup, PingResult } from './state';
import { StateStore, type StateListener } from './stateStore';

/** Whether somebody else's socket is mounted over the path, and what says so. */
export interface SocketMount {
  readonly mounted: boolean;
  readonly evidence: string;
}

export interface MonitorOptions {
  readonly endpoint: EndpointResult;
  /** False: nothing happens on its own, only `refresh` asks. Default true. */
  readonly background?: boolean;
  /** The state file of the helper that looks after this daemon. Default: none does. */
  readonly helperStatePath?: string | undefined;
  /** Default: nothing is ever mounted. */
  readonly socketMount?: (socketPath: string) => Promise<SocketMount>;
  /** What a start would need; undefined for a daemon that is not started from here. May not reject. */
  readonly setup?: (endpoint: Endpoint) => Promise<MachineSetup | undefined>;
  /** There is a reason to doubt that containers run. */
  readonly onDoubt?: () => void;
  readonly log?: (line: string) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly helperAlive?: (pid: number) => boolean;
}

/**
 * Watches one engine and keeps its state. Everything it learns goes through the reducer; it decides only when to ask.
 * Begins at once, unless told to stay in the foreground, and goes on for ever until disposed of.
 */
export class EngineMonitor {
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #random: () => number;
  readonly #endpoint: Endpoint | undefined;
  readonly #background: boolean;
  readonly #helperPath: string | undefined;
  readonly #helperAlive: (pid: number) => boolean;
  readonly #readMount: ((socketPath: string) => Promise<SocketMount>) | undefined;
  readonly #readSetup: MonitorOptions['setup'];
  readonly #store: StateStore;
  readonly #feed: EventFeed | undefined;
  readonly #info: InfoRound | undefined;
  readonly #watches: PathWatch[] = [];
  /** The ping under way. */
  #run: AbortController | undefined;
  #askedAt = -Infinity;
  #next: Timer | undefined;
  #triggered: Timer | undefined;
  #helperLook: Timer | undefined;
  #attempt = 0;
  #mountIsKnown = false;
  #infoIsDue = true;
  #refreshing: Promise<void> | undefined;
  #missed = false;
  #disposed = false;

  constructor(options: MonitorOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? (() => undefined);
    this.#random = options.random ?? Math.random;
    this.#background = options.background ?? true;
    this.#helperAlive = options.helperAlive ?? isHelperAlive;
    this.#readMount = options.socketMount;
    this.#readSetup = options.setup;
    this.#store = new StateStore(() => this.#clock.now(), this.#log);
    if (!options.endpoint.ok) {
      this.#store.tell({ type: 'bad-endpoint', message: options.endpoint.message });
      return;
    }
    const { endpoint } = options.endpoint;
    this.#endpoint = endpoint;
    this.#helperPath = options.helperStatePath;
    this.#info = new InfoRound({
      endpoint,
      clock: this.#clock,
      repeat: this.#background,
      deadline: () => infoDeadline(endpoint, this.#store.model),
      onResult: (result) => this.#takeInfo(result),
    });
    if (!this.#background) return;
    this.#feed = new EventFeed({
      endpoint,
      clock: this.#clock,
      log: this.#log,
      onContainer: () => this.#info?.soon(),
      onUnstarted: () => options.onDoubt?.(),
      onLost: () => this.#streamLost(),
    });
    if (this.#helperPath !== undefined) {
      this.#watches.push(new PathWatch(this.#helperPath, () => this.#helperChanged(), this.#log));
    }
    if (endpoint.kind === 'unix') {
      this.#watches.push(new PathWatch(endpoint.socketPath, () => this.#socketChanged(), this.#log));
    }
    this.#launch();
  }

  get state(): EngineState {
    return this.#store.model.state;
  }

  /** Calls on every change of anything a person sees, not only of the kind. */
  onChange(listener: StateListener): { dispose(): void } {
    return this.#store.onChange(listener);
  }

  /** Asks now, `/info` included, and gives the state after the answers; `deadlines.ts` says how long that takes at most. */
  async refresh(): Promise<EngineState> {
    if (this.#endpoint !== undefined && !this.#disposed) {
      this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
      await this.#refreshing;
      if (this.#missed) this.#trigger();
    }
    return this.state;
  }

  /** What was found out of the daemon that runs now otherwise than by asking how it is. */
  readonly learn = (found: Found): void => this.#store.tell(found);

  dispose(): void {
    this.#disposed = true;
    this.#run?.abort();
    this.#run = undefined;
    this.#next?.cancel();
    this.#triggered?.cancel();
    this.#helperLook?.cancel();
    this.#info?.stop();
    this.#feed?.close();
    for (const watch of this.#watches) watch.dispose();
    this.#store.dispose();
  }

  async #refresh(): Promise<void> {
    this.#mountIsKnown = false;
    // Not due again when the ping is taken: the question below is the one.
    this.#infoIsDue = false;
    await this.#ask(true);
    if (this.#store.model.ping?.outcome === 'ok' && !this.#disposed) await this.#info?.ask();
  }

  #launch(): void {
    this.#ask().catch((error: unknown) => {
      this.#log(`Asking the engine failed: ${String(error)}`);
      this.#schedule(false, 0);
    });
  }

  /** One probe. An earlier one is called off, and what it brings is dropped. */
  async #ask(waited = false): Promise<void> {
    const endpoint = this.#endpoint;
    if (endpoint === undefined || this.#disposed) return;
    this.#run?.abort();
    this.#next?.cancel();
    this.#triggered?.cancel();
    this.#triggered = undefined;
    const run = new AbortController();
    this.#run = run;
    const askedAt = this.#clock.elapsed();
    this.#askedAt = askedAt;
    this.#lookAtHelper();
    const result = await ping(endpoint, pingDeadline(endpoint, this.#store.model, waited), run.signal);
    const mount = result.outcome === 'absent' ? this.#unmounted() : await this.#mount();
    const setup =
      result.outcome === 'absent' || result.outcome === 'refused' ? await this.#readSetup?.(endpoint) : undefined;
    if (this.#run !== run) return;
    this.#run = undefined;
    if (mount !== undefined) {
      this.#mountIsKnown = true;
      this.#store.tell({ type: 'foreign', ...mount });
    }
    if (setup !== undefined) this.#store.tell({ type: 'setup', setup });
    this.#take(result, this.#clock.elapsed() - askedAt);
  }

  /** Nothing can be mounted over a path at which nothing is. */
  #unmounted(): SocketMount | undefined {
    return this.#readMount === undefined ? undefined : { mounted: false, evidence: '' };
  }

  /** Read with the first answer: a mount made later is found by the next `refresh`. */
  async #mount(): Promise<SocketMount | undefined> {
    if (this.#mountIsKnown || this.#readMount === undefined || this.#endpoint?.kind !== 'unix') return undefined;
    try {
      return await this.#readMount(this.#endpoint.socketPath);
    } catch (error) {
      this.#log(`Whether a socket is mounted over ${this.#endpoint.socketPath} is not known: ${String(error)}`);
      return undefined;
    }
  }

  #take(result: PingResult, tookMs: number): void {
    if (result.outcome === 'unreachable' && result.code === unusableCode) {
      this.#store.tell({ type: 'bad-endpoint', message: result.message });
    } else {
      this.#store.tell({ type: 'ping', result });
    }
    const answers = result.outcome === 'ok' || result.outcome === 'status';
    if (result.outcome === 'ok') {
      this.#feed?.open();
      if (this.#infoIsDue && this.#refreshing === undefined) this.#askInfo();
    } else {
      this.#mountIsKnown = false;
      this.#infoIsDue = true;
      this.#info?.stop();
      // A daemon that hangs has not closed its stream, and one that recovers goes on with it.
      if (!answers && result.outcome !== 'timeout') this.#feed?.close();
    }
    if (this.#background) this.#schedule(answers, tookMs);
  }

  #schedule(answers: boolean, tookMs: number): void {
    let wait: number = intervals.ping;
    if (answers) {
      this.#attempt = 0;
      if (tookMs < intervals.ping) wait = intervals.ping - tookMs;
    } else {
      wait = backoffMs(this.#attempt, this.#random);
      if (isWorking(this.#store.model.helper)) wait = Math.min(wait, intervals.helperTry);
      this.#attempt += 1;
    }
    this.#next = this.#clock.after(wait, () => this.#launch());
  }

  #askInfo(): void {
    this.#infoIsDue = false;
    this.#info?.ask().catch((error: unknown) => this.#log(`Asking for /info failed: ${String(error)}`));
  }

  #takeInfo(result: InfoResult): void {
    this.#store.tell({ type: 'info', result });
    // The question did not get through: only a ping tells why.
    if (result.outcome === 'failed' && result.code !== undefined) this.#trigger();
  }

  #streamLost(): void {
    this.#store.tell({ type: 'stream-ended' });
    if (this.#refreshing === undefined) this.#launch();
    else this.#missed = true;
  }

  #socketChanged(): void {
    this.#mountIsKnown = false;
    this.#attempt = 0;
    this.#trigger();
  }

  #helperChanged(): void {
    if (this.#disposed || !this.#lookAtHelper()) return;
    this.#attempt = 0;
    this.#trigger();
  }

  /** Reads the helper's file; true when it says something new. While it works, its life is looked after. */
  #lookAtHelper(): boolean {
    if (this.#helperPath === undefined) return false;
    const before = this.#store.model.helper;
    const state = readHelperFile(this.#helperPath, this.#helperAlive);
    this.#store.tell({ type: 'helper', state });
    this.#feed?.hold(isEnding(state));
    const changed = before !== this.#store.model.helper;
    // The daemon behind the answers may be another one than the last /info was of.
    if (changed) this.#infoIsDue = true;
    this.#helperLook?.cancel();
    if (isWorking(state) && this.#background) {
      this.#helperLook = this.#clock.after(intervals.helperLook, () => this.#helperChanged());
    }
    return changed;
  }

  /** Something happened that makes a probe worth while: at once, and for a burst once more at its end. */
  #trigger(): void {
    if (this.#disposed || !this.#background) return;
    this.#missed = this.#refreshing !== undefined;
    if (this.#missed || this.#triggered !== undefined) return;
    const since = this.#clock.elapsed() - this.#askedAt;
    if (since >= intervals.triggerSpacing) this.#launch();
    else this.#triggered = this.#clock.after(intervals.triggerSpacing - since, () => this.#launch());
  }
}
