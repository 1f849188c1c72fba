import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { Refusal } from './refusal.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] the whole environment; ours when left out
 * @property {string | Uint8Array} [input] written to stdin, which is empty otherwise
 * @property {AbortSignal} [signal] ends the child and everything in its process group
 * @property {number} [graceMs] how long it may take to obey TERM before it is killed; 5 s when left out
 * @property {import('./elevation.mjs').Elevate} [elevate] ends a child that sudo made root's, which we cannot signal
 * @property {(line: string) => void} [onLine] told each line of stdout and stderr as it comes
 */

/**
 * @typedef {object} RunResult
 * @property {number} code exit status; 128 + n when signal n ended it, as shells count
 * @property {string} stdout
 * @property {string} stderr
 */

const defaultGraceMs = 5000;

/**
 * Runs one program to its end. It gets a process group of its own: a Ctrl-C in the terminal then reaches only us, and
 * we end the group in our own order instead of racing against it. Not from a package: tools install those, and
 * ending a whole group, or as root one that sudo made root's, would be ours to write beside it.
 *
 * @param {readonly string[]} argv program and arguments; never a shell string
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 * @throws {Refusal} when the program cannot be started; the signal's reason when aborted
 */
export async function run(argv, options = {}) {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError('run() needs a program');
  options.signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  /** @type {NodeJS.Timeout | undefined} */
  let killTimer;
  const endGroup = () => {
    signalGroup(child.pid, 'SIGTERM', options.elevate);
    killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL', options.elevate), options.graceMs ?? defaultGraceMs);
  };
  options.signal?.addEventListener('abort', endGroup, { once: true });
  try {
    const output = Promise.all([collect(child.stdout, options.onLine), collect(child.stderr, options.onLine)]);
    const ended = /** @type {Promise<number>} */ (
      new Promise((resolve, reject) => {
        child.on('error', (error) => reject(new Refusal(`cannot run ${program}: ${error.message}`)));
        child.on('close', (status, signal) =>
          resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])),
        );
        // A child that ends without reading its input breaks the pipe; its exit status tells that story better.
        child.stdin.on('error', () => undefined);
        child.stdin.end(options.input);
      })
    );
    const code = await ended;
    const [stdout, stderr] = await output;
    options.signal?.throwIfAborted();
    return { code, stdout, stderr };
  } finally {
    clearTimeout(killTimer);
    options.signal?.removeEventListener('abort', endGroup);
  }
}

/**
 * Like `run`, for a program that must succeed.
 *
 * @param {string} what names the work in the error: `installing npm packages`
 * @param {readonly string[]} argv
 * @param {RunOptions} [options]
 * @throws {Refusal} with the ends of the output when the exit status is not 0
 */
export async function runOrRefuse(what, argv, options = {}) {
  const result = await run(argv, options);
  if (result.code === 0) return result;
  const said = excerpt(result.stderr.trim() === '' ? result.stdout : result.stderr);
  throw new Refusal(
    `${what} failed: ${argv.join(' ')} ended with status ${result.code}${said === '' ? '' : `\n${said}`}`,
  );
}

/** How much of a long output is shown: npm says what is wrong first, compilers last. */
const shownHead = 6;
const shownTail = 14;

/**
 * The beginning and the end of an output, when it is too long to be shown whole.
 * @param {string} text
 */
export function excerpt(text) {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= shownHead + shownTail + 1) return lines.join('\n');
  const left = lines.length - shownHead - shownTail;
  return [...lines.slice(0, shownHead), `[${left} lines left out]`, ...lines.slice(-shownTail)].join('\n');
}

/**
 * @param {import('node:stream').Readable} stream
 * @param {((line: string) => void) | undefined} onLine
 */
async function collect(stream, onLine) {
  /** @type {string[]} */
  const lines = [];
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    lines.push(line);
    onLine?.(line);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/**
 * @param {number | undefined} pid
 * @param {'SIGTERM' | 'SIGKILL'} signal
 * @param {import('./elevation.mjs').Elevate | undefined} elevate
 */
function signalGroup(pid, signal, elevate) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    // ESRCH: it ended by itself. EPERM: sudo made it root's; without a way to be root it is waited for.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    const [program, ...args] = elevate?.(['kill', `-${signal.slice(3)}`, '--', `-${pid}`]) ?? [];
    // That it ended meanwhile is what was wanted, so what the command says is nobody's concern.
    if (code === 'EPERM' && program !== undefined)
      spawn(program, args, { stdio: 'ignore' }).on('error', () => undefined);
  }
}
