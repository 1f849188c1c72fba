import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../lib/refusal.mjs';
import { jobFolder } from './jobs.mjs';
import { afterRepeating, count, exactly, junitOutcome, notStarted, repeatable, tapOutcome } from './outcome.mjs';
import { runIn } from './places.mjs';

/** @typedef {import('./jobs.mjs').Job} Job */
/** @typedef {import('./outcome.mjs').Outcome} Outcome */
/** @typedef {import('./junit.mjs').Case} Case */
/** @typedef {{ readonly job: Job, readonly outcome: Outcome, readonly began: number, readonly wallMs: number, readonly cpuMs: number, readonly sandbox?: string }} Result */
/**
 * @typedef {object} RunContext
 * @property {AbortSignal} signal
 * @property {import('../lib/elevation.mjs').Elevate} elevate
 * @property {boolean} keep sandboxes of jobs that failed
 * @property {ReadonlyMap<import('./jobs.mjs').Need, string>} lacking what could not be made, and why
 * @property {string | undefined} cache the folder that has code-server in it
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs one job to its end. What it printed stays in its folder of test-output/jobs.
 *
 * @param {Job} job
 * @param {RunContext} context
 * @returns {Promise<Result>}
 */
export async function runJob(job, context) {
  const began = performance.now();
  const lacks = job.needs.map((need) => context.lacking.get(need)).find((why) => why !== undefined);
  if (lacks !== undefined) return { job, outcome: notStarted(lacks), began, wallMs: 0, cpuMs: 0 };
  const folder = join(root, jobFolder(job.id));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const done = await once(job, folder, context);
  return { job, ...done, began, wallMs: performance.now() - began };
}

/**
 * Runs what failed in a job once more, in a fresh place. What failed the first time is told, whatever comes of it.
 *
 * @param {Result} first
 * @param {RunContext} context
 * @returns {Promise<Result>}
 */
export async function runAgain(first, context) {
  const { job } = first;
  const what = repeatable(first.outcome);
  if (what === undefined) return first;
  const { rerun, kept } = choose(job, first.outcome, what);
  const second = await runJob(rerun, context);
  return {
    ...second,
    job,
    began: first.began,
    outcome: afterRepeating(first.outcome, second.outcome, kept),
    wallMs: first.wallMs + second.wallMs,
    cpuMs: first.cpuMs + second.cpuMs,
  };
}

/**
 * The job that runs what failed, and what counts of the first time: of a file of bats its failed tests run again, of the
 * unit tests and the browser's the files in which one failed, else everything.
 *
 * @param {Job} job
 * @param {Outcome} outcome
 * @param {'everything' | readonly string[]} failed
 * @returns {{ rerun: Job, kept: readonly Case[] }}
 */
export function choose(job, { cases }, failed) {
  const { suite } = job;
  if (failed === 'everything') return { rerun: job, kept: [] };
  if (suite.kind === 'bats') {
    return {
      rerun: { ...job, suite: { ...suite, tests: failed } },
      kept: cases.filter(({ status }) => status !== 'failed'),
    };
  }
  if (job.stage !== 'e2e' && job.stage !== 'unit') return { rerun: job, kept: [] };
  // By its path: vitest takes every file in whose path the words are.
  const pathOf = (/** @type {Case} */ { path, file }) => path ?? file;
  const paths = new Set(cases.filter(({ status }) => status === 'failed').map(pathOf));
  return {
    rerun: { ...job, suite: { ...suite, files: [...paths] } },
    kept: cases.filter((one) => !paths.has(pathOf(one))),
  };
}

/**
 * @param {Job} job
 * @param {string} folder
 * @param {RunContext} context
 * @returns {Promise<Pick<Result, 'outcome' | 'cpuMs' | 'sandbox'>>}
 */
async function once({ id, place, suite, needs, mayBeEmpty }, folder, { signal, elevate, keep, cache }) {
  const report = suite.kind === 'command' ? join(root, suite.report) : '';
  if (report !== '') {
    mkdirSync(dirname(report), { recursive: true });
    rmSync(report, { force: true });
  }
  /** @param {import('../lib/run.mjs').RunResult} finished */
  const judge = (finished) => {
    if (suite.kind === 'bats')
      return tapOutcome(finished, suite.path.slice(suite.path.lastIndexOf('/') + 1), suite.tests?.length);
    return junitOutcome({ ...finished, ...(existsSync(report) && { xml: readFileSync(report, 'utf8') }) }, mayBeEmpty);
  };
  const argv = suite.kind === 'bats' ? batsCommand(suite) : [...suite.argv, ...(suite.files ?? [])];
  try {
    const ran = await runIn(place, argv, {
      name: id.replace(/\.(?:bats|test\.ts)/, '').replaceAll('/', '-'),
      folder,
      elevate,
      signal,
      ...(needs.includes('codeServer') && cache !== undefined && { cache }),
      keep: (result) => keep && count(judge(result).cases).failed > 0,
    });
    writeFileSync(join(folder, 'output.txt'), ran.stdout + ran.stderr, { flag: 'a' });
    return { outcome: judge(ran), cpuMs: ran.cpuMs ?? 0, ...(ran.sandbox !== undefined && { sandbox: ran.sandbox }) };
  } catch (error) {
    if (signal.aborted || !(error instanceof Refusal)) throw error;
    // A sandbox that does not come up is a failure of this job, and the others go on.
    return { outcome: notStarted(error.message), cpuMs: 0 };
  }
}

/** @param {Extract<import('./jobs.mjs').Suite, { kind: 'bats' }>} suite */
function batsCommand({ path, tests }) {
  return ['bats', '--tap', '--timing', ...(tests === undefined ? [] : ['--filter', exactly(tests)]), path];
}
