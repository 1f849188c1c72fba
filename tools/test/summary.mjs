import { formatSeconds } from '../lib/progress.mjs';
import { table } from '../lib/table.mjs';
import { count, failedNames } from './outcome.mjs';
import { stageNames } from './stages.mjs';

/** @typedef {import('./runJob.mjs').Result} Result */

/**
 * `1 min 02 s` for a table, in which a tenth of a second is nobody's concern.
 * @param {number} ms
 */
const duration = (ms) => formatSeconds(ms);

/** @param {{ passed: number, failed: number, skipped: number }} counts */
export function sumLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * What failures of a job are told under: its stage, and its file where the tests do not say it themselves.
 * @param {import('./jobs.mjs').Job} job
 */
export function jobName({ stage, label }) {
  return label === '' ? stage : `${stage}: ${label}`;
}

/**
 * The failed tests of all jobs by name, for the end of a log of which only the end is read.
 *
 * @param {readonly Result[]} results
 */
export function failedTests(results) {
  return results.flatMap(({ job, outcome }) => {
    // The label has the file already where a job is one.
    const cases =
      job.label === '' || job.stage === 'e2e' ? outcome.cases : outcome.cases.map((one) => ({ ...one, file: '' }));
    return failedNames(cases).map((name) => `${jobName(job)}: ${name}`);
  });
}

/**
 * A table of the stages: their tests, the time from the beginning of their first job to the end of the last (stages run
 * beside each other, so these do not add up), and the CPU time of all their jobs.
 *
 * @param {readonly Result[]} results
 */
export function stageTable(results) {
  const rows = stageNames
    .map((stage) => ({ stage, own: results.filter(({ job }) => job.stage === stage) }))
    .filter(({ own }) => own.length > 0)
    .map(({ stage, own }) => [stage, ...numbers(own)]);
  return table([
    ['stage', 'jobs', 'tests', 'passed', 'failed', 'skipped', 'wall', 'CPU'],
    ...rows,
    ['all', ...numbers(results)],
  ]);
}

/** @param {readonly Result[]} results */
function numbers(results) {
  const cases = results.flatMap(({ outcome }) => outcome.cases);
  const { passed, failed, skipped } = count(cases);
  const wall =
    Math.max(...results.map(({ began, wallMs }) => began + wallMs)) - Math.min(...results.map(({ began }) => began));
  const cpu = results.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return [results.length, cases.length, passed, failed, skipped].map(String).concat(duration(wall), duration(cpu));
}

/**
 * How busy the CPUs were: by our own jobs, and all in all.
 *
 * @param {{ cpuMs: number, wallMs: number, cpus: number, busy: number }} measured `busy`: share of the machine's CPU time
 *   that was not idle
 */
export function busyLine({ cpuMs, wallMs, cpus, busy }) {
  const percent = (/** @type {number} */ share) => `${Math.round(share * 100)} %`;
  return `CPU: ${duration(cpuMs)} in ${duration(wallMs)} on ${cpus} CPU${cpus === 1 ? '' : 's'}, ${percent(
    cpuMs / (wallMs * cpus),
  )} of them by the tests; the whole machine was ${percent(busy)} busy.`;
}
