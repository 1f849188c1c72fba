import { basename } from 'node:path';

/**
 * What a stage of tests came to. `output` is shown when something failed; `failures` names each test that did, for the
 * end of a log of which only the end is read. `repeated` names what failed once and was run again: it is told, whatever
 * came of it.
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly string[]} failures
 * @property {readonly string[]} [repeated]
 * @property {string} output
 */

/** @typedef {{ name: string, status: string, assertionResults: readonly { fullName: string, status: string }[] }} VitestFile */
/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, success: boolean, testResults: readonly VitestFile[] }} VitestReport */

/**
 * Counts the Test Anything Protocol, which bats prints. A run that ends before its plan is fulfilled counts what is
 * missing as failed: a suite that dies in the middle must not look like a shorter one.
 *
 * @param {string} text
 * @returns {Omit<Outcome, 'output'>}
 */
export function countTap(text) {
  const planned = Number(/^1\.\.(\d+)/m.exec(text)?.[1] ?? 0);
  const skipped = [...text.matchAll(/^ok \d+ .*# skip/gm)].length;
  const passed = [...text.matchAll(/^ok \d+ /gm)].length - skipped;
  const failures = [...text.matchAll(/^not ok \d+ (.*)$/gm)].map(([, name]) => name ?? '');
  const failed = Math.max(failures.length, planned - passed - skipped, planned === 0 ? 1 : 0);
  if (failed > failures.length) failures.push(`${failed - failures.length} that did not run`);
  return { passed, failed, skipped, failures };
}

/**
 * The outcome of one suite of several that print the protocol; each failure says of which.
 *
 * @param {string} title
 * @param {{ readonly stdout: string, readonly stderr: string }} result
 * @returns {Outcome}
 */
export function tapOutcome(title, { stdout, stderr }) {
  const counts = countTap(stdout);
  return {
    ...counts,
    failures: counts.failures.map((name) => `${title}: ${name}`),
    output: `--- ${title}\n${stdout.replace(/^ok .*\n/gm, '')}${stderr}`,
  };
}

/**
 * What has to run again after a first time: all of it (`everything`) when it did not come to its end, else a pattern of
 * the tests that failed, as bats takes it; undefined when none did.
 *
 * @param {{ readonly stdout: string }} result
 * @returns {'everything' | { pattern: string } | undefined}
 */
export function repeatable({ stdout }) {
  const { failed, failures } = countTap(stdout);
  if (failed === 0) return undefined;
  const names = [...stdout.matchAll(/^not ok \d+ (.*)$/gm)].map(([, name]) => name ?? '');
  if (failures.length > names.length) return 'everything';
  return { pattern: `^(${names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})$` };
}

/**
 * The outcome of two runs, the second of which was of `what`.
 *
 * @param {Outcome} first
 * @param {Outcome} second
 * @param {'everything' | { pattern: string }} what
 * @returns {Outcome}
 */
export function afterRepeating(first, second, what) {
  const kept = what === 'everything' ? { passed: 0, skipped: 0 } : first;
  return {
    passed: kept.passed + second.passed,
    failed: second.failed,
    skipped: kept.skipped + second.skipped,
    failures: second.failures,
    repeated: first.failures,
    output: `${first.output}--- once more\n${second.output}`,
  };
}

/**
 * Counts the JSON report of vitest. A file that could not be loaded has no tests in it and still failed.
 *
 * @param {string} json
 * @returns {Omit<Outcome, 'output'>}
 */
export function countVitest(json) {
  const report = /** @type {VitestReport} */ (JSON.parse(json));
  const failed = report.numFailedTests > 0 ? report.numFailedTests : report.success ? 0 : 1;
  const failures = report.testResults.flatMap(({ name, status, assertionResults }) => {
    const tests = assertionResults.filter((one) => one.status === 'failed').map(({ fullName }) => fullName);
    const file = basename(name);
    return tests.length > 0 ? tests.map((one) => `${file}: ${one}`) : status === 'failed' ? [file] : [];
  });
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: failed > 0 && failures.length === 0 ? ['an error outside of all tests'] : failures,
  };
}

/**
 * Counts the closing lines of Mocha's spec reporter, as the suite inside the editor prints them.
 *
 * @param {string} text
 * @param {number} code exit status of the run: a suite that never started has no lines
 * @returns {Omit<Outcome, 'output'>}
 */
export function countMocha(text, code) {
  const number = (/** @type {RegExp} */ pattern) => Number(pattern.exec(text)?.[1] ?? 0);
  const passed = number(/(\d+) passing/);
  const failed = number(/(\d+) failing/);
  const names = [...text.matchAll(/^ +\d+\) (.+)$/gm)].map(([, name]) => (name ?? '').replace(/:$/, ''));
  const broken = failed === 0 && (code !== 0 || passed === 0);
  return {
    passed,
    failed: broken ? 1 : failed,
    skipped: number(/(\d+) pending/),
    // The reporter gives each twice: where it failed, and again at the end with its reason.
    failures: broken ? ['the suite did not run to its end'] : names.slice(0, failed),
  };
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome}
 */
export function sum(outcomes) {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failed: outcomes.reduce((total, { failed }) => total + failed, 0),
    skipped: outcomes.reduce((total, { skipped }) => total + skipped, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
    repeated: outcomes.flatMap(({ repeated }) => repeated ?? []),
    output: outcomes.map(({ failed, output }) => (failed > 0 ? output : '')).join(''),
  };
}
