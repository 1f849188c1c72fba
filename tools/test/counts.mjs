/**
 * What a stage of tests came to. `output` is shown when something failed.
 * @typedef {{ passed: number, failed: number, skipped: number, output: string }} Outcome
 */

/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, success: boolean }} VitestReport */

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
  const failed = Math.max([...text.matchAll(/^not ok \d+ /gm)].length, planned - passed - skipped);
  return { passed, failed: planned === 0 ? 1 : failed, skipped };
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
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
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
  return { passed, failed: failed > 0 ? failed : code === 0 && passed > 0 ? 0 : 1, skipped: number(/(\d+) pending/) };
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome}
 */
export function sum(outcomes) {
  const total = { passed: 0, failed: 0, skipped: 0, output: '' };
  for (const { passed, failed, skipped, output } of outcomes) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    if (failed > 0) total.output += output;
  }
  return total;
}
