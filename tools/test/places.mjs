import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withSandbox } from '../lib/sandbox.mjs';
import { run } from '../lib/run.mjs';

/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */
/** @typedef {import('../lib/run.mjs').RunResult} RunResult */
/**
 * `cpuMs` is undefined where the machine does not count it. `sandbox`: the one that was kept for a look.
 * @typedef {RunResult & { readonly cpuMs: number | undefined, readonly sandbox?: string }} Ran
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const vm = fileURLToPath(new URL('../../test/bed/vm/vm', import.meta.url));

/** How long what was started here may take to end what it started itself. */
const graceMs = 60_000;

/**
 * The command that speaks to virtual machines. sudo drops the environment.
 *
 * @param {Elevate} elevate
 * @param {readonly string[]} argv
 */
export function machineCommand(elevate, argv) {
  const cache = process.env['DIND_STATION_CACHE'];
  return elevate([...(cache === undefined ? [] : ['env', `DIND_STATION_CACHE=${cache}`]), vm, ...argv]);
}

/**
 * Runs a command in a fresh place of a kind.
 *
 * @param {import('./jobs.mjs').Place} place
 * @param {readonly string[]} argv
 * @param {object} options
 * @param {string} options.name of the sandbox
 * @param {string} options.folder for the account of CPU time
 * @param {Elevate} options.elevate
 * @param {AbortSignal} options.signal
 * @param {string} [options.cache] a folder of downloads that the sandbox shares
 * @param {(result: RunResult) => boolean} options.keep whether the sandbox stays
 * @returns {Promise<Ran>}
 */
export async function runIn(place, argv, options) {
  const { elevate, signal } = options;
  switch (place.kind) {
    case 'here': {
      const env = { ...process.env, NO_COLOR: '1' };
      return counted(options.folder, argv, (command) => run(command, { cwd: root, signal, env, graceMs }));
    }
    case 'vm': {
      const { cgroups, shell } = place;
      const how = ['run', '--cgroups', cgroups, '--timeout', '1800', 'env', `DIND_TEST_SHELL=${shell}`];
      return counted(
        options.folder,
        machineCommand((command) => [...command], [...how, ...argv]),
        (command) => run(elevate(command), { cwd: root, signal, elevate }),
      );
    }
    case 'sandbox':
      return inSandbox(place, argv, options);
  }
}

/**
 * @param {Extract<import('./jobs.mjs').Place, { kind: 'sandbox' }>} place
 * @param {readonly string[]} argv
 * @param {Parameters<typeof runIn>[2]} options
 * @returns {Promise<Ran>}
 */
function inSandbox({ pid1, shell }, argv, { name, elevate, signal, cache, keep }) {
  const binds = cache === undefined ? [] : [cache];
  const environment = ['env', 'NO_COLOR=1', ...binds.map((folder) => `DIND_STATION_CACHE=${folder}`)];
  return withSandbox({ name, pid1, elevate, signal, binds }, async (sandbox) => {
    // Only this sandbox's /bin/sh: its root is a layer of its own.
    await sandbox.run(['ln', '-sfn', `/bin/${shell}`, '/bin/sh']);
    const result = await sandbox.run([...environment, ...argv], { elevate });
    const cpuMs = await sandbox.cpuMs();
    if (!keep(result)) return { ...result, cpuMs };
    sandbox.keep();
    return { ...result, cpuMs, sandbox: sandbox.name };
  });
}

/**
 * Runs a command under a shell that afterwards writes what `times` says: the user and system time of all its descendants
 * that were waited for (POSIX), which is what wait4 gives.
 *
 * @param {string} folder
 * @param {readonly string[]} argv
 * @param {(argv: string[]) => Promise<RunResult>} runner
 * @returns {Promise<Ran>}
 */
async function counted(folder, argv, runner) {
  const file = join(folder, 'times');
  rmSync(file, { force: true });
  const result = await runner(['/bin/sh', '-c', '"$@"; code=$?; times >"$0"; exit $code', file, ...argv]);
  // There is none when the shell itself was killed.
  return { ...result, cpuMs: existsSync(file) ? readTimes(readFileSync(file, 'utf8')) : undefined };
}

/**
 * The sum of what the shell's `times` prints, in milliseconds.
 * @param {string} text
 */
export function readTimes(text) {
  const all = [...text.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return Math.round(all.reduce((sum, seconds) => sum + seconds, 0) * 1000);
}
