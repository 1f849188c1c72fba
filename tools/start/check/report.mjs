/**
 * The outcome of one check.
 * @typedef {object} Outcome
 * @property {string} name
 * @property {'passed' | 'failed' | 'skipped'} state
 * @property {number} ms
 * @property {string} text what was seen, or why it failed or could not be tried
 */

/**
 * `12 passed, 1 failed, 1 skipped`.
 * @param {readonly Outcome[]} outcomes
 */
export function summary(outcomes) {
  const count = (/** @type {Outcome['state']} */ state) => outcomes.filter((one) => one.state === state).length;
  const skipped = count('skipped');
  return `${count('passed')} passed, ${count('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/**
 * The outcomes as JUnit's XML.
 *
 * @param {readonly Outcome[]} outcomes
 */
export function junitXml(outcomes) {
  const cases = outcomes.map(({ name, state, ms, text }) => {
    const inside =
      state === 'failed'
        ? `<failure message="${escape(text.split('\n')[0] ?? '')}">${escape(text)}</failure>`
        : state === 'skipped'
          ? `<skipped message="${escape(text)}"/>`
          : `<system-out>${escape(text)}</system-out>`;
    return `    <testcase classname="start" name="${escape(name)}" time="${seconds(ms)}">${inside}</testcase>`;
  });
  const failures = outcomes.filter(({ state }) => state === 'failed').length;
  const skipped = outcomes.filter(({ state }) => state === 'skipped').length;
  const time = seconds(outcomes.reduce((sum, { ms }) => sum + ms, 0));
  const counts = `tests="${outcomes.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${time}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="npm start -- --check" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** @param {number} ms */
const seconds = (ms) => (ms / 1000).toFixed(3);

/**
 * Characters that XML 1.0 has no way to write are dropped; the rest is escaped.
 * @param {string} text
 */
function escape(text) {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
