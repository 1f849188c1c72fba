import type * as vscode from 'vscode';
import type { HelperEvent } from '../helper/protocol';
import type { HelperOutcome } from '../helper/run';
import type { EngineState } from '../engine/state';
import { states } from '../engine/stateTable';
import { notify, type NotificationHost } from './notify';
import { lifecycleVerbs, stepWords, type LifecycleVerb } from '../app/lifecycle';
import { judge, type Explained, type Verdict } from './lifecycleOutcome';
import { endsContainers, stopQuestion } from './stopQuestion';

/** The parts of `vscode` a command with progress needs. */
export interface ProgressHost extends NotificationHost {
  readonly window: NotificationHost['window'] & Pick<typeof vscode.window, 'withProgress'>;
  readonly ProgressLocation: Pick<typeof vscode.ProgressLocation, 'Notification'>;
}

export interface LifecycleParts {
  readonly host: ProgressHost;
  readonly engine: { readonly state: EngineState; refresh(): Promise<EngineState> };
  /** Runs a verb of the helper as root; never rejects. */
  readonly run: (
    verb: LifecycleVerb,
    options: { signal: AbortSignal; onEvent: (event: HelperEvent) => void },
  ) => Promise<HelperOutcome>;
  /** Why the daemon at the endpoint is not the one the helper manages, or undefined when it is. */
  readonly endpointMismatch: () => string | undefined;
  /** Names of running containers, or undefined when the engine does not tell within its bound. */
  readonly runningContainers: () => Promise<readonly string[] | undefined>;
  readonly explain: (line: string) => Explained | undefined;
  readonly setUpLine: () => string;
  /** Told when a command has ended, before anything is shown of it. */
  readonly onEnd: (verdict: Verdict) => void;
}

/** Start, stop and restart: one at a time in a window, with progress, and with a cause when they fail. */
export class Lifecycle {
  readonly #parts: LifecycleParts;
  #current: { readonly verb: LifecycleVerb; readonly verdict: Promise<Verdict> } | undefined;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  /** Whether a command of this window is at work. */
  get busy(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Runs a verb. A second call for the same verb joins the first and shares its verdict; another verb is turned away,
   * because two people's wishes at once have no right answer. Resolves when the verb has ended, not when its
   * notification is dismissed.
   */
  async run(verb: LifecycleVerb): Promise<Verdict> {
    const current = this.#current;
    if (current !== undefined) {
      if (current.verb === verb) return current.verdict;
      const doing = lifecycleVerbs[current.verb].doing;
      return this.#told({
        kind: 'failed',
        message: `${lifecycleVerbs[verb].failure}. ${doing} is still under way in this window: wait for it, or cancel it.`,
        buttons: [],
      });
    }
    const verdict = this.#perform(verb).finally(() => {
      this.#current = undefined;
    });
    this.#current = { verb, verdict };
    const ended = await verdict;
    this.#parts.onEnd(ended);
    return this.#told(ended);
  }

  async #perform(verb: LifecycleVerb): Promise<Verdict> {
    const { state } = this.#parts.engine;
    if (states[state.kind].daemon === 'host') {
      return {
        kind: 'failed',
        message: `${lifecycleVerbs[verb].failure}. The socket is served by a daemon outside this container, and only its own machine can start, stop or restart it.`,
        buttons: [],
      };
    }
    if (!(await this.#agreed(verb))) return { kind: 'cancelled' };
    const { host } = this.#parts;
    return host.window.withProgress(
      { location: host.ProgressLocation.Notification, title: lifecycleVerbs[verb].doing, cancellable: true },
      async (progress, token) => {
        const controller = new AbortController();
        const subscription = token.onCancellationRequested(() => {
          progress.report({ message: 'cancelling' });
          controller.abort();
        });
        try {
          const outcome = await this.#parts.run(verb, {
            signal: controller.signal,
            onEvent: (event) => {
              // Only beginnings: the end of a step says what was done, and the person waits for what is being done.
              if (event.event !== 'step' || event.status !== 'started' || controller.signal.aborted) return;
              progress.report({ message: stepWords(event.step) });
            },
          });
          await this.#parts.engine.refresh();
          return judge(verb, outcome, this.#parts.explain, this.#parts.setUpLine());
        } finally {
          subscription.dispose();
        }
      },
    );
  }

  /** Asks what must be asked before anything is touched. */
  async #agreed(verb: LifecycleVerb): Promise<boolean> {
    const { host, engine } = this.#parts;
    const endpointMismatch = this.#parts.endpointMismatch();
    if (endpointMismatch !== undefined) {
      const go = `${lifecycleVerbs[verb].imperative} this container's daemon`;
      const message = `The indicator watches another daemon than the one this command ${verb}s.`;
      return (await host.window.showWarningMessage(message, { modal: true, detail: endpointMismatch }, go)) === go;
    }
    if (!endsContainers(verb, engine.state)) return true;
    const names = await this.#parts.runningContainers();
    if (names?.length === 0) return true;
    const question = stopQuestion(verb, engine.state.details?.containersRunning ?? 0, names);
    const { message, detail, confirm } = question;
    return (await host.window.showWarningMessage(message, { modal: true, detail }, confirm)) === confirm;
  }

  /** Shows a failure without waiting for its answer. */
  #told(verdict: Verdict): Verdict {
    if (verdict.kind === 'failed') void notify(this.#parts.host, 'error', verdict.message, verdict.buttons);
    return verdict;
  }
}
