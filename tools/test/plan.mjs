import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../lib/refusal.mjs';
import { changedFiles, reached, readingTests } from './changed.mjs';
import { jobsOfFile, partly } from './jobFiles.mjs';
import { jobsOf } from './jobs.mjs';
import { defaultStages, isStage, stageNames } from './stages.mjs';

/** @typedef {import('./jobs.mjs').Job} Job */

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The jobs of stages and files, named by a person.
 *
 * @param {readonly string[]} names none: every stage that runs without being named
 * @param {boolean} bothShells
 * @param {NodeJS.ProcessEnv} env
 * @returns {Job[]}
 */
export function namedJobs(names, bothShells, env) {
  const wanted = names.length > 0 ? names : defaultStages(env);
  return distinct(
    wanted.flatMap((name) => {
      if (isStage(name)) return jobsOf(name, { bothShells });
      const jobs = jobsOfFile(name);
      if (jobs.length > 0) return jobs;
      throw new Refusal(
        `there is no stage and no file of tests "${name}"; stages are ${stageNames.join(', ')}, a file is named by its path.`,
        2,
      );
    }),
  );
}

/**
 * The jobs that a change can reach.
 *
 * @param {object} options
 * @param {boolean} options.bothShells
 * @param {NodeJS.ProcessEnv} options.env
 * @param {AbortSignal} options.signal
 * @returns {Promise<{ jobs: Job[], told: readonly string[] }>} `told`: what was chosen by, and what is left out
 */
export async function changedJobs({ bothShells, env, signal }) {
  const { base, paths } = await changedFiles(root, signal);
  if (paths.length === 0) return { jobs: [], told: [`Nothing has changed since ${base.slice(0, 8)}.`] };
  const { stages, unit, files } = reached(paths);
  const allowed = new Set([...defaultStages(env)]);
  const jobs = stages.filter((stage) => allowed.has(stage)).flatMap((stage) => jobsOf(stage, { bothShells }));
  if (unit === 'whole') jobs.push(...jobsOf('unit'));
  // vitest ends with status 0 when nothing imports what changed; then there is no test to count.
  if (unit === 'importing') {
    jobs.push(...jobsOf('unit', { more: ['--changed', base] }).map((job) => ({ ...partly(job), mayBeEmpty: true })));
    jobs.push(...jobsOf('unit', { more: readingTests }).map((job) => ({ ...partly(job), id: 'unit/reading' })));
  }
  // A file that was removed is among them.
  jobs.push(...files.filter((file) => existsSync(join(root, file))).flatMap(jobsOfFile));
  return {
    jobs: distinct(jobs),
    told: [`${paths.length} files have changed since ${base.slice(0, 8)}.`, ...leftOut(jobs, bothShells)],
  };
}

/**
 * What of each stage does not run, in words.
 *
 * @param {readonly Job[]} jobs
 * @param {boolean} bothShells
 */
function leftOut(jobs, bothShells) {
  return stageNames.flatMap((stage) => {
    const own = jobs.filter((job) => job.stage === stage);
    if (own.length === 0) return [`  left out: ${stage}`];
    if (own.some(({ id }) => id.endsWith('/part')))
      return [`  left out: the tests of ${stage} that the change does not reach`];
    const all = jobsOf(stage, { bothShells }).length;
    return own.length < all ? [`  left out: ${all - own.length} of the ${all} jobs of ${stage}`] : [];
  });
}

/**
 * A stage and one of its files may both be named. Several files that one vitest runs are one job, and of a whole file no part
 * runs beside it.
 * @param {readonly Job[]} jobs
 */
function distinct(jobs) {
  /** @type {Map<string, Job>} */
  const byId = new Map();
  for (const job of jobs) {
    const before = byId.get(job.id);
    byId.set(job.id, before === undefined ? job : together(before, job));
  }
  return [...byId.values()].filter(({ id }) => !id.endsWith('-part') || !byId.has(id.slice(0, -'-part'.length)));
}

/**
 * @param {Job} one
 * @param {Job} other of the same id
 * @returns {Job}
 */
function together(one, other) {
  if (one.suite.kind !== 'command' || other.suite.kind !== 'command') return other;
  const files = [...new Set([...(one.suite.files ?? []), ...(other.suite.files ?? [])])];
  // The same command but for the files that it is given last.
  const argv = [...new Set([...one.suite.argv, ...other.suite.argv])];
  return { ...one, suite: { ...one.suite, argv, ...(files.length > 0 && { files }) } };
}
