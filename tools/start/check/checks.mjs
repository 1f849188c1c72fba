/** @typedef {import('./report.mjs').Outcome} Outcome */
/** @typedef {import('../../lib/progress.mjs').Progress} Progress */

/** A check cannot be made here, which is told and does not fail. */
export class Skipped extends Error {}

/** How many names of what is in order are shown; the report has all of them. */
const shownNames = 5;

/** Runs checks one after the other, shows a line for each, and keeps the outcomes. */
export class Checks {
  #progress;
  #signal;
  /** @type {Outcome[]} */
  outcomes = [];

  /**
   * @param {Progress} progress
   * @param {AbortSignal} signal
   */
  constructor(progress, signal) {
    this.#progress = progress;
    this.#signal = signal;
  }

  /**
   * One check: its body gives what was seen, and throws what is wrong.
   *
   * @param {string} name
   * @param {() => string | Promise<string>} body
   * @returns {Promise<boolean>} whether it passed
   */
  async run(name, body) {
    const began = performance.now();
    return this.#progress.step(name, async ({ note }) => {
      const end = (/** @type {Outcome['state']} */ state, /** @type {string} */ text) => {
        note(state === 'skipped' ? `skipped: ${text}` : text, state === 'skipped' ? 'skipped' : state === 'passed');
        this.outcomes.push({ name, state, ms: performance.now() - began, text });
      };
      try {
        end('passed', await body());
        return true;
      } catch (error) {
        this.#signal.throwIfAborted();
        end(error instanceof Skipped ? 'skipped' : 'failed', error instanceof Error ? error.message : String(error));
        return false;
      }
    });
  }

  /**
   * A check that nothing is left. What may be there is listed with its reason.
   *
   * @param {string} name
   * @param {{ left: readonly string[], listed: ReadonlyMap<string, readonly string[]> }} found `left` in whole sentences,
   *   `listed` by name
   */
  async nothingLeft(name, { left, listed }) {
    const lists = (/** @type {number} */ limit) =>
      [...listed].map(([reason, names]) => {
        const more = names.length - limit;
        return `${reason}: ${names.slice(0, limit).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
      });
    const passed = await this.run(name, () => {
      if (left.length > 0) throw new Error(left.join('\n    '));
      const count = [...listed.values()].flat().length;
      return count === 0 ? 'as before' : `as before but for ${count} that are in order`;
    });
    for (const line of lists(shownNames)) this.#progress.say(`    ${line}`);
    const last = this.outcomes.at(-1);
    if (passed && last !== undefined) last.text = [last.text, ...lists(Infinity)].join('\n');
  }
}
