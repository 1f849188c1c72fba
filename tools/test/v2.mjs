import { fileURLToPath } from 'node:url';
import { run } from '../lib/run.mjs';
import { afterRepeating, repeatable, sum, tapOutcome } from './counts.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = fileURLToPath(new URL('../../test/bed/vm/vm', import.meta.url));

/** The cgroups of each machine, and the shell that the helper runs under in it. */
const machines = /** @type {const} */ ([
  { cgroups: 'v2', shell: 'dash' },
  { cgroups: 'v1', shell: 'busybox' },
]);

/**
 * The tests that need other cgroups than this machine may have, each in a machine that has them (`test/bed/vm/vm` says
 * which): v2, and v1 with several controllers in one hierarchy. Such a machine is a program here, and now and then its kernel
 * aborts or loses a process: what failed is run once more, in a fresh one, and that is told.
 *
 * @param {import('./stages.mjs').Context} context
 * @returns {Promise<import('./counts.mjs').Outcome>}
 */
export async function v2({ signal, elevate, detail }) {
  // sudo drops the environment.
  const cache = process.env['DIND_STATION_CACHE'];
  const environment = cache === undefined ? [] : ['env', `DIND_STATION_CACHE=${cache}`];
  const machine = (/** @type {string[]} */ ...argv) =>
    run(elevate([...environment, program, ...argv]), { cwd: root, signal });
  detail('the kernel');
  const kernel = await machine('kernel');
  if (kernel.code !== 0) {
    const failures = ['the kernel of the machines could not be had'];
    return { passed: 0, failed: 1, skipped: 0, failures, output: kernel.stdout + kernel.stderr };
  }
  detail('machines with cgroup v2 and v1');
  const outcomes = machines.map(async ({ cgroups, shell }) => {
    const title = `cgroup ${cgroups}`;
    const suite = (/** @type {string[]} */ ...filter) => {
      const argv = ['env', `DIND_TEST_SHELL=${shell}`, 'bats', '--tap', ...filter, `test/bed/vm/${cgroups}`];
      return machine('run', '--cgroups', cgroups, '--timeout', '1800', ...argv);
    };
    const first = await suite();
    const what = repeatable(first);
    if (what === undefined) return tapOutcome(title, first);
    detail(`${title} once more`);
    const second = await suite(...(what === 'everything' ? [] : ['--filter', what.pattern]));
    return afterRepeating(tapOutcome(title, first), tapOutcome(title, second), what);
  });
  return sum(await Promise.all(outcomes));
}
