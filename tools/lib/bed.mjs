import { fileURLToPath } from 'node:url';
import { run, runOrRefuse } from './run.mjs';

const program = fileURLToPath(new URL('../../test/bed/bed', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** @typedef {import('./elevation.mjs').Elevate} Elevate */
/** @typedef {import('./run.mjs').RunOptions} RunOptions */

/**
 * A private container that is up (`test/bed/bed` says what it is).
 * @typedef {object} Bed
 * @property {string} name
 * @property {(argv: readonly string[], options?: RunOptions) => Promise<import('./run.mjs').RunResult>} run inside, as root, in the same folder
 */

/**
 * Runs `body` with a fresh bed and takes it down afterwards, whatever happens. The checkout is shared with it and
 * writable; everything else that changes inside is gone with it.
 *
 * @template T
 * @param {{ name: string, pid1?: 'sleep' | 'reaper' | 'init', elevate: Elevate, signal?: AbortSignal, root?: string }} options
 *   `root`: another root file system than this machine's (`test/bed/engine-root`)
 * @param {(bed: Bed) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withBed({ name, pid1 = 'sleep', elevate, signal, root = '/' }, body) {
  const down = () => run(elevate([program, 'down', name]));
  await down();
  const options = ['--pid1', pid1, '--root', root, '--bind', repository];
  await runOrRefuse(`starting the bed ${name}`, elevate([program, 'up', name, ...options]));
  try {
    return await body({
      name,
      run: (argv, options) =>
        run(elevate([program, 'run', name, ...argv]), { cwd: repository, ...(signal && { signal }), ...options }),
    });
  } finally {
    await down();
  }
}
