import { stat } from 'node:fs/promises';
import { daemonOwner } from '../app/managedDaemon';
import { overallVerdict, type StandingFinding } from '../app/verdict';
import type { Endpoint } from '../engine/endpoint';
import type { EngineState } from '../engine/state';
import { states } from '../engine/stateTable';
import type { Actions } from './actions';
import type { EngineSession } from './engineSession';
import { fallbackText } from './lazyActions';
import { statusBarContent, type IndicatorModel } from './indicatorModel';
import { Flash, Indicator, type StatusBarHost } from './statusBar';

/**
 * Since when the daemon listens: the modification time of its socket, which is set when the socket is made and is not
 * touched by a change of owner, mode or ACL. A window that was opened later than the daemon knows no better source that
 * needs no rights.
 */
export class DaemonUptime {
  readonly #modified: (path: string) => Promise<number | undefined>;
  readonly #onChange: () => void;
  /** Milliseconds since the epoch; undefined while nothing listens, and for an endpoint that is no socket. */
  since: number | undefined;
  #wanted: string | undefined;

  constructor(modified: (path: string) => Promise<number | undefined>, onChange: () => void) {
    this.#modified = modified;
    this.#onChange = onChange;
  }

  /** To be called for every state; reads once for each time the daemon comes up. */
  async observe(state: EngineState, endpoint: Endpoint | undefined): Promise<void> {
    const path = states[state.kind].daemon !== 'none' && endpoint?.kind === 'unix' ? endpoint.socketPath : undefined;
    if (path === this.#wanted) return;
    this.#wanted = path;
    this.since = undefined;
    if (path === undefined) return;
    const since = await this.#modified(path);
    if (path !== this.#wanted || since === undefined) return;
    this.since = since;
    this.#onChange();
  }
}

export interface StatusIndicatorParts {
  readonly host: StatusBarHost;
  readonly engine: Pick<EngineSession, 'state' | 'endpoint'>;
  /** What explains a state and knows of the helper; undefined while it is not loaded. */
  readonly actions: () => Pick<Actions, 'installed' | 'words'> | undefined;
  /** What is wrong though the engine runs. */
  readonly warning: () => StandingFinding | undefined;
  /** Whether containers are run unasked, to see that they run. */
  readonly verifies: () => boolean;
  readonly formatTime: IndicatorModel['formatTime'];
}

/** The status bar item with what it depends on: it is drawn from the model, and the model is made from what is known now. */
export class StatusIndicator {
  readonly #parts: StatusIndicatorParts;
  readonly #item: Indicator;
  readonly #word: Flash;
  readonly #uptime: DaemonUptime;

  constructor(
    parts: StatusIndicatorParts,
    modified = async (path: string): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.mtimeMs,
  ) {
    this.#parts = parts;
    this.#item = new Indicator(parts.host);
    this.#word = new Flash(() => this.render());
    this.#uptime = new DaemonUptime(modified, () => this.render());
  }

  /** Everything that the item and the menu show. */
  model(): IndicatorModel {
    const { state, endpoint } = this.#parts.engine;
    const actions = this.#parts.actions();
    const warning = this.#parts.warning();
    const owner = daemonOwner(endpoint);
    // A daemon of the user's own needs no privileged helper.
    const helper = owner === 'helper' ? actions?.installed : undefined;
    const { since } = this.#uptime;
    const flash = this.#word.current;
    return {
      state,
      words: overallVerdict({
        ...{ state, endpoint, findings: warning === undefined ? [] : [warning] },
        words: actions?.words(state) ?? fallbackText(state, owner !== undefined),
        verifies: this.#parts.verifies(),
        now: Date.now(),
      }),
      formatTime: this.#parts.formatTime,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(since === undefined ? {} : { upSince: since }),
      ...(helper === undefined ? {} : { helper }),
      ...(flash === undefined ? {} : { flash }),
    };
  }

  render(): void {
    this.#item.show(statusBarContent(this.model()));
  }

  /** To be called for every state. */
  observe(state: EngineState): void {
    void this.#uptime.observe(state, this.#parts.engine.endpoint);
    this.render();
  }

  /** Shows a word for a moment. */
  flash(word: string): void {
    this.#word.show(word);
  }

  dispose(): void {
    this.#word.dispose();
    this.#item.dispose();
  }
}
