import type { EngineState } from '../engine/state';
import type { EngineNoticeParts, EngineNotices } from './engineNotices';
import { Lazy } from './lazy';
import type { loadActions } from './lazyActions';
import { noticeFor } from './notices';

/** What tells of changes nobody looks at, in the output of the actions: made with the first state that is worth telling. */
export class LazyNotices extends Lazy<EngineNotices> {
  readonly #log: EngineNoticeParts['log'];
  #begun = false;

  constructor(load: typeof loadActions, parts: EngineNoticeParts) {
    super(async () => {
      const { EngineNotices } = await load();
      return () => new EngineNotices(parts);
    });
    this.#log = parts.log;
  }

  /** To be called for every state, the first one included. What went well before says nothing of what is told. */
  observe(state: EngineState): void {
    this.#begun ||= noticeFor(state) !== undefined;
    if (this.#begun) this.tell((notices) => notices.observe(state));
  }

  /** Does it when they are there, in the order of the calls. */
  tell(what: (notices: EngineNotices) => void | Promise<void>): void {
    this.get()
      .then(what)
      .catch((error: unknown) => this.#log.error(`A notification failed: ${String(error)}`));
  }
}
