import { readJunit } from './junit.mjs';

/** @typedef {import('./junit.mjs').Case} Case */

/**
 * What became of one job. `cases` holds every test that was to run, also one that did not (it failed), so counts are
 * made of nothing else. `repeated` names what failed once and was run again: it is told, whatever came of it.
 * @typedef {object} Outcome
 * @property {readonly Case[]} cases
 * @property {boolean} whole whether it came to its end: its time says something about the next one
 * @property {readonly string[]} repeated
 * @property {string} output of what failed, or all of it where that is not told apart
 */

/**
 * What a runner leaves behind.
 * @typedef {object} Finished
 * @property {number} code exit status
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} [xml] its report, for those that write JUnit's
 */

const absent = 'a test that did not run';

/**
 * The outcome of a run of bats, from the Test Anything Protocol. bats writes JUnit's XML too, but that of 1.8 does not
 * name a failed `setup_file`, calls the last test failed where `teardown_file` did, and does not say how many were planned.
 *
 * @param {Finished} finished
 * @param {string} file that it ran
 * @param {number} [tests] how many were asked for by name: more than bats planned where one is no longer there
 * @returns {Outcome}
 */
export function tapOutcome({ code, stdout, stderr }, file, tests = 0) {
  const planned = Math.max(tests, Number(/^1\.\.(\d+)$/m.exec(stdout)?.[1] ?? 0));
  return complete({ code, stdout, stderr }, readTap(stdout, file), planned, '');
}

/**
 * The outcome of a run that wrote JUnit's XML.
 *
 * @param {Finished} finished
 * @param {boolean} [mayBeEmpty] a run that found nothing to do and ended well is none that failed
 * @returns {Outcome}
 */
export function junitOutcome({ code, stdout, stderr, xml }, mayBeEmpty = false) {
  if (mayBeEmpty && code === 0 && (xml === undefined || !xml.includes('<testcase')))
    return { cases: [], whole: false, repeated: [], output: '' };
  const { cases, broken } = xml === undefined ? { cases: [], broken: 'it was not written' } : readJunit(xml);
  return complete({ code, stdout, stderr }, cases, 0, broken);
}

/** A name, its time in one of the two ways that `bats --timing` writes it, and why it was skipped. */
const tapName = /^(.*?)(?:(?: #)? in (\d+) ?ms)?(?: # skip ?(.*))?$/;

/**
 * The tests of a TAP stream as bats writes it; the comment below a failed one is its detail.
 *
 * @param {string} text
 * @param {string} file
 * @returns {Case[]}
 */
function readTap(text, file) {
  /** @type {Case[]} */
  const cases = [];
  for (const line of text.split('\n')) {
    const [, not, rest] = /^(not )?ok \d+ (.*)$/.exec(line) ?? [];
    const last = cases.at(-1);
    if (rest !== undefined) {
      const [, name = '', ms, reason] = tapName.exec(rest) ?? [];
      const status = not !== undefined ? 'failed' : reason !== undefined ? 'skipped' : 'passed';
      cases.push({ file, name, status, seconds: Number(ms ?? 0) / 1000, detail: reason ?? '' });
    } else if (last?.status === 'failed' && line.startsWith('# ')) {
      last.detail += `${last.detail === '' ? '' : '\n'}${line.slice(2)}`;
    }
  }
  return cases;
}

/**
 * Holds the tests that were read against what else is known of the run. A suite that dies in the middle must not look like
 * a shorter one; an error outside of all tests (an exit status without a failed test, as vitest has for an unhandled
 * error), a report that cannot be read and a run without any test are failures.
 *
 * @param {Finished} finished
 * @param {readonly Case[]} cases
 * @param {number} planned
 * @param {string} broken why the report is not a whole one; empty when it is
 * @returns {Outcome}
 */
function complete({ code, stdout, stderr }, cases, planned, broken) {
  const missing = Math.max(0, planned - cases.length);
  const made = [...cases, ...Array.from({ length: missing }, () => failure(absent))];
  if (broken !== '') made.push(failure(`the report cannot be read: ${broken}`));
  if (!made.some(({ status }) => status === 'failed')) {
    if (code !== 0) made.push(failure(`an error outside of all tests: it exited with status ${code}`));
    else if (made.length === 0) made.push(failure('there was no test in it'));
  }
  return {
    cases: made,
    whole: missing === 0 && broken === '' && cases.length > 0,
    repeated: [],
    // Without the lines of tests that passed: bats' `ok 1`, vitest's and Mocha's tick.
    output: (stdout + stderr).replace(/^(?:ok \d+ |\s*[✓✔] ).*\n/gm, ''),
  };
}

/**
 * @param {string} name
 * @param {string} [detail]
 * @returns {Case}
 */
function failure(name, detail = name) {
  return { file: '', name, status: 'failed', seconds: 0, detail };
}

/**
 * A job that could not even be started.
 *
 * @param {string} why
 * @returns {Outcome}
 */
export function notStarted(why) {
  return { cases: [failure('it could not be started', why)], whole: false, repeated: [], output: `${why}\n` };
}

/** @param {readonly Case[]} cases */
export function count(cases) {
  const of = (/** @type {Case['status']} */ status) => cases.filter((one) => one.status === status).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

/**
 * The failed tests, by file and name; those that are named alike once, with their number.
 *
 * @param {readonly Case[]} cases
 */
export function failedNames(cases) {
  const names = cases
    .filter(({ status }) => status === 'failed')
    .map(({ file, name }) => (file === '' || file === name ? name : `${file}: ${name}`));
  return [...new Set(names)].map((name) => {
    const times = names.filter((one) => one === name).length;
    return times === 1 ? name : `${name} (${times} times)`;
  });
}

/**
 * What has to run again after a first time: all of it (`everything`) when it did not come to its end, else the names of
 * the tests that failed; undefined when none did.
 *
 * @param {Outcome} outcome
 * @returns {'everything' | readonly string[] | undefined}
 */
export function repeatable({ cases, whole }) {
  const failed = cases.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return undefined;
  const named = failed.every(
    ({ file, name }) => file !== '' && !/^(?:setup|teardown)_(?:file|suite) failed$/.test(name),
  );
  return whole && named ? failed.map(({ name }) => name) : 'everything';
}

/**
 * The outcome of two runs, the second of which was of all that is not in `kept`.
 *
 * @param {Outcome} first
 * @param {Outcome} second
 * @param {readonly Case[]} kept tests of the first run that count
 * @returns {Outcome}
 */
export function afterRepeating(first, second, kept) {
  return {
    cases: [...kept, ...second.cases],
    whole: second.whole,
    repeated: [...first.repeated, ...failedNames(first.cases)],
    output: `${first.output}--- run again\n${second.output}`,
  };
}

/**
 * A pattern, as bats takes it, of exactly these tests.
 * @param {readonly string[]} names
 */
export function exactly(names) {
  return `^(${names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})$`;
}
