// What the measurements of the proofs share: running them as a person does.
import { spawnSync } from 'node:child_process';

/**
 * What is read of a report.
 * @typedef {{ id: string, verdict: string, reason: string, attempts: number, ms: number }} Result
 */

/**
 * @param {readonly string[]} only areas or ids; none: all
 * @returns {{ ms: number, results: Result[] }}
 */
export function proofsNow(only) {
  const chosen = only.length === 0 ? [] : ['--only', only.join(',')];
  const argv = ['dist/cli.js', 'limits', '--json', ...chosen];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (stdout === '') throw new Error(`the proofs gave no report:\n${stderr}`);
  return /** @type {{ ms: number, results: Result[] }} */ (JSON.parse(stdout));
}
