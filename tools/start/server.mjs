import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLine, isAlive, processTree } from '../lib/processes.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { run } from '../lib/run.mjs';

/** @typedef {import('../code-server/release.mjs').CodeServer} CodeServer */
/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

/** How long the start may take on a machine that is very busy, in milliseconds; a quiet one needs half a second. */
const startTimeoutMs = 60_000;
/**
 * How long the end may take: the server itself is gone in half a second, the extension host two seconds later, the host
 * of the terminals up to six.
 */
const stopTimeoutMs = 12_000;
const keptLines = 40;

/**
 * A code-server that runs.
 * @typedef {object} Server
 * @property {string} url without a path: `http://127.0.0.1:8080`
 * @property {number} pid
 * @property {Promise<string>} ended resolves with its last lines when it ends, by itself or by `stop`
 * @property {() => Promise<void>} stop ends it and everything that belongs to it, within 12 s
 */

/**
 * Starts code-server and waits until it listens and answers.
 *
 * @param {object} options
 * @param {CodeServer} options.codeServer
 * @param {readonly string[]} options.args after the entry file
 * @param {(argv: readonly string[]) => string[]} options.as wraps the command, to run as the station's user
 * @param {Elevate | undefined} options.elevate for ending another user's processes
 * @param {AbortSignal} options.signal gives up the start; does not end a server that runs
 * @returns {Promise<Server>}
 */
export async function startServer({ codeServer, args, as, elevate, signal }) {
  const [program = 'env', ...rest] = as([codeServer.node, codeServer.entry, ...args]);
  const child = spawn(program, rest, {
    cwd: '/',
    // A Ctrl-C in the terminal must not reach it: it is ended in order, with everything below it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {string[]} */
  const lines = [];
  /** @type {(url: string) => void} */
  let onListening = () => undefined;
  const listening = new Promise((resolve) => (onListening = resolve));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      const url = listeningUrl(line);
      if (url !== undefined) onListening(url);
    });
  }
  const ended = Promise.race([once(child, 'close'), once(child, 'error')]).then(
    () => lines.join('\n'),
    (error) => String(error),
  );
  const { pid } = child;
  const stop = async () => {
    if (pid !== undefined) await endServer(pid, codeServer.folder, elevate);
  };
  const url = await firstOf(listening, ended, signal);
  if (url === undefined) {
    await stop();
    signal.throwIfAborted();
    throw new Refusal(`code-server did not start:\n${await ended}`);
  }
  try {
    await checkAnswer(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: pid ?? 0, ended, stop };
}

/**
 * The address in code-server's own line, or undefined for every other line.
 * @param {string} line
 */
export function listeningUrl(line) {
  return /\bHTTP server listening on (http:\/\/[^\s/]+)/.exec(line)?.[1];
}

/**
 * @param {Promise<unknown>} listening
 * @param {Promise<string>} ended
 * @param {AbortSignal} signal
 * @returns {Promise<string | undefined>} undefined when it ended, when the time is up, when it was given up
 */
async function firstOf(listening, ended, signal) {
  const timer = new AbortController();
  const giveUp = AbortSignal.any([signal, timer.signal]);
  try {
    const first = await Promise.race([
      listening,
      ended.then(() => undefined),
      delay(startTimeoutMs, undefined, { signal: giveUp }).catch(() => undefined),
    ]);
    return typeof first === 'string' ? first : undefined;
  } finally {
    timer.abort();
  }
}

/** @param {string} url */
async function checkAnswer(url) {
  const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(startTimeoutMs) });
  await response.arrayBuffer();
  if (!response.ok) throw new Refusal(`code-server listens on ${url} but answers with status ${response.status}.`);
}

/**
 * Asks the server to end and waits for what belongs to it: processes that run code-server's own programs. A command
 * that somebody left running in a terminal is theirs.
 *
 * @param {number} pid
 * @param {string} folder of the code-server installation
 * @param {Elevate | undefined} elevate
 */
export async function endServer(pid, folder, elevate) {
  const belongs = processTree(pid).filter(
    (process) => process.pid === pid || commandLine(process.pid).some((arg) => arg.startsWith(folder)),
  );
  await send(
    'TERM',
    belongs.filter((process) => process.ppid === pid || process.pid === pid),
    elevate,
  );
  const deadline = performance.now() + stopTimeoutMs;
  while (belongs.some((process) => isAlive(process)) && performance.now() < deadline) await delay(50);
  await send(
    'KILL',
    belongs.filter((process) => isAlive(process)),
    elevate,
  );
}

/**
 * @param {'TERM' | 'KILL'} signal
 * @param {readonly import('../lib/processes.mjs').Process[]} processes
 * @param {Elevate | undefined} elevate
 */
async function send(signal, processes, elevate) {
  const alive = processes.filter((process) => isAlive(process)).map((process) => String(process.pid));
  if (alive.length === 0) return;
  // Through kill(1), because the server is another user's as a rule; one that is gone meanwhile needs no signal.
  const argv = ['kill', `-${signal}`, '--', ...alive];
  await run(elevate === undefined ? argv : elevate(argv));
}
