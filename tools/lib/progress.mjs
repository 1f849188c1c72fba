/**
 * One step under way, as the code that does it sees it.
 * @typedef {object} Step
 * @property {(text: string) => void} detail what is happening right now (`docker.io: unpacking`)
 * @property {(text: string, good?: boolean | 'skipped') => void} note what is worth knowing when it is done (`unchanged`);
 *   the last one is shown, and marks the step as failed when it is not good, and as left out when it is skipped
 */

/**
 * @typedef {object} Progress
 * @property {<T>(name: string, body: (step: Step) => Promise<T>) => Promise<T>} step
 * @property {(text: string) => void} say a line of its own
 */

/**
 * Without a terminal a step gives a sign of life after so many milliseconds; each next one after twice the pause of the
 * one before, up to the longest, so that a log of an hour can still be read.
 */
const plainPausesMs = { first: 10_000, longest: 120_000 };

/**
 * Shows steps on a stream: `✓ name  1.2 s  note`. On a terminal the step under way is a line that is rewritten once a
 * second; elsewhere (a pipe, a CI log) there are whole lines only and no control characters.
 *
 * @param {NodeJS.WriteStream} out
 * @returns {Progress}
 */
export function createProgress(out) {
  // In a terminal the line of the step under way makes room; it is written again with the next change.
  const say = (/** @type {string} */ text) => void out.write(`${out.isTTY ? '\r\u001b[K' : ''}${text}\n`);
  return { step: (name, body) => runStep(out, name, body), say };
}

/**
 * @template T
 * @param {NodeJS.WriteStream} out
 * @param {string} name
 * @param {(step: Step) => Promise<T>} body
 * @returns {Promise<T>}
 */
async function runStep(out, name, body) {
  const began = performance.now();
  let detail = '';
  /** @type {{ text: string, good: boolean | 'skipped' }} */
  const noted = { text: '', good: true };
  const line = (/** @type {string} */ mark, /** @type {string} */ more) =>
    `${mark} ${name}  ${formatSeconds(performance.now() - began)}${more === '' ? '' : `  ${more}`}`;
  const show = () => {
    if (out.isTTY) out.write(`\r\u001b[K${line('…', detail).slice(0, (out.columns || 80) - 1)}`);
    else out.write(`${line('…', detail)}\n`);
  };
  /** @type {NodeJS.Timeout} */
  let timer;
  const later = (/** @type {number} */ pauseMs) => {
    timer = setTimeout(() => {
      show();
      later(out.isTTY ? pauseMs : Math.min(pauseMs * 2, plainPausesMs.longest));
    }, pauseMs);
  };
  later(out.isTTY ? 1000 : plainPausesMs.first);
  if (out.isTTY) show();
  const end = (/** @type {string} */ mark, /** @type {string} */ more) => {
    clearTimeout(timer);
    out.write(`${out.isTTY ? '\r\u001b[K' : ''}${line(mark, more)}\n`);
  };
  try {
    const value = await body({
      detail: (text) => {
        detail = text;
        if (out.isTTY) show();
      },
      note: (text, good = true) => {
        noted.text = text;
        noted.good = good;
      },
    });
    end(noted.good === 'skipped' ? '-' : noted.good ? '✓' : '✗', noted.text);
    return value;
  } catch (error) {
    end('✗', detail);
    throw error;
  }
}

/**
 * Milliseconds as a person reads them: `0.4 s`, `12.0 s`, `2 min 05 s`.
 * @param {number} ms
 */
export function formatSeconds(ms) {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
