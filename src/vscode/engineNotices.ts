import type { EngineState } from '../engine/state';
import { notify, type Button, type NotificationHost } from './notify';
import {
  levelWithout,
  noticeFor,
  nothingTold,
  remember,
  shouldTell,
  told,
  type Notice,
  type NoticeMemory,
} from './notices';
import type { NotificationLevel } from './settings';
import type { StandingFinding } from '../app/verdict';

export interface EngineNoticeParts {
  readonly host: NotificationHost;
  /** The words and the buttons for a state. */
  readonly wording: (state: EngineState) => Promise<{ readonly message: string; readonly buttons: readonly Button[] }>;
  /** Asks the engine once more. */
  readonly refresh: () => Promise<EngineState>;
  readonly level: () => NotificationLevel;
  readonly setLevel: (level: NotificationLevel) => Thenable<unknown>;
  /** Whether a command of this window is at work: its own end tells what is to be told. */
  readonly busy: () => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: { error(message: string): void };
}

/** How long a state must last before it is looked at again and told, in milliseconds. */
const settleMs = { error: 700, warning: 2000 } as const;

/**
 * Tells what happens to the engine while nobody is looking: on transitions, once per cause, after a second look. A state
 * that is gone at the second look was a flicker and is not told.
 */
export class EngineNotices {
  readonly #parts: EngineNoticeParts;
  #memory: NoticeMemory = nothingTold;
  #pending: { readonly notice: Notice; readonly timer: NodeJS.Timeout } | undefined;
  #disposed = false;

  constructor(parts: EngineNoticeParts) {
    this.#parts = parts;
  }

  /** To be called for every state, the first one included. */
  observe(state: EngineState): void {
    this.#memory = remember(this.#memory, state, this.#parts.now());
    const notice = noticeFor(state);
    if (notice?.key === this.#pending?.notice.key) return;
    this.#forget();
    if (notice === undefined || !shouldTell(this.#memory, notice, this.#parts.level())) return;
    const timer = setTimeout(() => {
      this.#pending = undefined;
      this.#secondLook(notice).catch((error: unknown) => {
        this.#parts.log.error(`notification about ${notice.key}: ${String(error)}`);
      });
    }, settleMs[notice.severity]);
    this.#pending = { notice, timer };
  }

  /** What stands while the engine runs: told once, like the cause of a state. Nothing here takes a second look. */
  async tellFault(fault: StandingFinding, buttons: readonly Button[]): Promise<void> {
    const severity = fault.severity === 'error' ? 'error' : 'warning';
    // What no rule knows is told by its words alone: other words are another fault.
    const words = fault.id === 'log.not-recognised' ? fault.title : '';
    const notice: Notice = { severity, key: `fault/${fault.id}/${words}` };
    if (this.#disposed || this.#parts.busy() || !shouldTell(this.#memory, notice, this.#parts.level())) return;
    this.#memory = told(this.#memory, notice.key);
    await this.#tell(notice, `${fault.title}. ${fault.cause} ${fault.consequence}`, buttons);
  }

  /** After a command of this window: its failure told the state's cause already; its success makes every cause new. */
  commandEnded(succeeded: boolean, state: EngineState): void {
    const notice = noticeFor(state);
    this.#forget();
    if (succeeded) this.#memory = nothingTold;
    else if (notice !== undefined) this.#memory = told(this.#memory, notice.key);
  }

  async #secondLook(notice: Notice): Promise<void> {
    const state = await this.#parts.refresh();
    if (this.#disposed || this.#parts.busy() || noticeFor(state)?.key !== notice.key) return;
    if (!shouldTell(this.#memory, notice, this.#parts.level())) return;
    this.#memory = told(this.#memory, notice.key);
    const { message, buttons } = await this.#parts.wording(state);
    await this.#tell(notice, message, buttons);
  }

  async #tell(notice: Notice, message: string, buttons: readonly Button[]): Promise<void> {
    const silence: Button = {
      label: "Don't show again",
      choose: () => this.#parts.setLevel(levelWithout(notice)),
    };
    await notify(this.#parts.host, notice.severity, message, [...buttons, silence]);
  }

  #forget(): void {
    if (this.#pending !== undefined) clearTimeout(this.#pending.timer);
    this.#pending = undefined;
  }

  dispose(): void {
    this.#disposed = true;
    this.#forget();
  }
}
