import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run, runOrRefuse } from './run.mjs';

/** Where `test/bed/bed` keeps what it knows of those that are up. */
const state = '/run/dind-station-bed';

const program = fileURLToPath(new URL('../../test/bed/bed', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Findings that are true of every sandbox: it has no name server, and its PID 1 reaps nothing. */
export const sandboxFindings = ['network.dns-of-daemon-missing', 'daemon.zombie-shims'];

/** @typedef {import('./elevation.mjs').Elevate} Elevate */
/** @typedef {import('./run.mjs').RunOptions} RunOptions */

/**
 * A private container that is up (`test/bed/bed` says what it is).
 * @typedef {object} Sandbox
 * @property {string} name
 * @property {(argv: readonly string[], options?: RunOptions) => Promise<import('./run.mjs').RunResult>} run inside, as root, in the same folder
 * @property {() => Promise<number | undefined>} cpuMs CPU time of everything that ran in it, by the kernel's own account of
 *   its cgroup; undefined where there is none
 * @property {() => void} keep leaves it up for a look
 */

/**
 * Runs `body` with a fresh sandbox and takes it down afterwards, whatever happens; at once when the signal aborts, which ends
 * everything in it. The checkout is shared with it and writable; everything else that changes inside is gone with it.
 *
 * @template T
 * @param {{ name: string, pid1?: 'sleep' | 'reaper' | 'init', elevate: Elevate, signal?: AbortSignal, root?: string,
 *   binds?: readonly string[] }} options `root`: another root file system than this machine's (`test/bed/engine-root`);
 *   `binds`: more folders that are shared
 * @param {(sandbox: Sandbox) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withSandbox({ name, pid1 = 'sleep', elevate, signal, root = '/', binds = [] }, body) {
  const end = (/** @type {string} */ one) => run(elevate([program, 'down', one]));
  for (const left of leftBehind(name, existsSync(state) ? readdirSync(state) : [])) await end(left);
  // Two checkouts may be tested at once.
  const own = `${name}-${process.pid}`;
  const shared = [repository, ...binds].flatMap((folder) => ['--bind', folder]);
  await runOrRefuse(
    `starting the bed ${own}`,
    elevate([program, 'up', own, '--pid1', pid1, '--root', root, ...shared]),
  );
  /** @type {Promise<unknown> | undefined} */
  let ended;
  const fate = { kept: false };
  const down = () => (ended ??= end(own));
  const onAbort = () => void down();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await body({
      name: own,
      run: (argv, options) =>
        run(elevate([program, 'run', own, ...argv]), { cwd: repository, ...(signal && { signal }), ...options }),
      cpuMs: async () => {
        const { code, stdout } = await run(elevate([program, 'cpu', own]));
        return code === 0 ? Number(stdout) : undefined;
      },
      keep: () => void (fate.kept = true),
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!fate.kept || signal?.aborted === true) await down();
  }
}

/**
 * The sandboxes of that name whose run was killed before it could take them down.
 *
 * @param {string} name
 * @param {readonly string[]} sandboxes
 * @param {(pid: number) => boolean} [lives]
 */
export function leftBehind(name, sandboxes, lives = (pid) => existsSync(`/proc/${pid}`)) {
  return sandboxes.filter((sandbox) => {
    const pid = sandbox.startsWith(`${name}-`) ? sandbox.slice(name.length + 1) : '';
    return /^\d+$/.test(pid) && (!lives(Number(pid)) || Number(pid) === process.pid);
  });
}
