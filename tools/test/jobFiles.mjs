import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesIn, jobsOf } from './jobs.mjs';

/** @typedef {import('./jobs.mjs').Job} Job */

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The jobs of one file, named by its path or the end of it (`scripts/tls.bats`, `tls.bats`); empty when there is none.
 *
 * @param {string} name
 * @returns {Job[]}
 */
export function jobsOfFile(name) {
  const wanted = name.replace(/^\.\//, '').replace(root, '');
  const ends = (/** @type {string} */ path) => path === wanted || path.endsWith(`/${wanted}`);
  const several = [...jobsOf('scripts'), ...jobsOf('v2', { bothShells: true }), ...jobsOf('station')].filter(
    ({ suite }) => ends(suite.kind === 'bats' ? suite.path : (suite.argv.at(-1) ?? '')),
  );
  const e2e = filesIn('test/e2e', '.test.ts').filter(ends);
  const unit = ['test/unit', 'test/integration']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
    )
    .filter((path) => /\.test\.(?:ts|mjs)$/.test(path) && ends(path));
  return [
    ...several,
    ...(e2e.length > 0 ? [...jobsOf('e2e', { more: e2e }).map(partly)] : []),
    ...(unit.length > 0 ? [...jobsOf('unit', { more: unit }).map(partly)] : []),
  ];
}

/**
 * A part of a stage that vitest runs as a whole as a rule: its time is not that of the whole.
 * @param {Job} job
 * @returns {Job}
 */
export function partly(job) {
  return { ...job, id: `${job.id}/part` };
}
