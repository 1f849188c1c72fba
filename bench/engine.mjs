// What the measurements of the daemon share: starting one by hand, asking it, ending it. Runs inside a sandbox, as root.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export const helper = '/usr/local/lib/dind-station/dind-helper';
/**
 * What is read of a line of the helper: a step has step and status, the result the rest.
 * @typedef {{ event: string, step?: string, status?: string, ok: boolean, code: string, message: string, cause: string }} HelperLine
 */

const socketPath = '/var/run/docker.sock';

/** Throws where a daemon must not be killed. */
export function requireSandbox() {
  readFileSync('/run/bed-ready');
}

/** @returns {{ uid: number, gid: number }} of the user whom the helper is installed for; makes both when missing */
export function prepareUser() {
  const id = (/** @type {string} */ flag) => Number(execFileSync('id', [flag, 'coder'], { encoding: 'utf8' }));
  try {
    id('-u');
  } catch {
    execFileSync('useradd', ['--create-home', 'coder']);
  }
  execFileSync('scripts/dind-helper', ['install', 'coder']);
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Asks until `GET /_ping` is answered with 200. Connects every millisecond while there is nobody, and then waits for
 * the one answer, which a daemon gives at the moment it is ready.
 *
 * @param {AbortSignal} [signal]
 * @returns {Promise<number>} when the answer was there, by performance.now()
 */
export async function firstPing(signal) {
  for (;;) {
    signal?.throwIfAborted();
    /** @type {number | undefined} */
    const status = await new Promise((resolve) => {
      const asked = request({ socketPath, path: '/_ping' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', () => resolve(0));
      asked.end();
    });
    if (status === 200) return performance.now();
    await sleep(1);
  }
}

/** @param {readonly string[]} flags @returns a dockerd started by hand, with its managed containerd */
export function bareDaemon(flags) {
  const log = openSync('/tmp/bare.log', 'a');
  return spawn('dockerd', ['--live-restore', ...flags], { stdio: ['ignore', log, log] });
}

/** Ends a daemon started by hand and waits for its exit. @param {import('node:child_process').ChildProcess} daemon */
export async function endDaemon(daemon) {
  const exited = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await exited;
  rmSync(socketPath, { force: true });
}

/**
 * Asks the helper as the user does, through sudo.
 *
 * @param {string} verb
 * @param {{ uid: number, gid: number }} user
 * @returns {Promise<{ asked: number, ready: number, ended: number, result: HelperLine }>}
 *   times by performance.now(); `ready` is when the helper said that the daemon answers
 */
export async function askHelper(verb, user) {
  const asked = performance.now();
  const child = spawn('/usr/bin/sudo', ['-n', helper, verb], { ...user, stdio: ['ignore', 'pipe', 'inherit'] });
  let ready = NaN;
  /** @type {HelperLine | undefined} */
  let result;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = /** @type {HelperLine} */ (JSON.parse(line));
    if (event.step === 'daemon.ready' && event.status === 'ok') ready = performance.now();
    if (event.event === 'result') result = event;
  }
  const ended = performance.now();
  if (result === undefined) throw new Error(`the helper gave no result to ${verb}`);
  return { asked, ready, ended, result };
}

/** Living processes (no zombies) by their name. @param {string} name @returns {number[]} */
export function pidsOf(name) {
  try {
    return execFileSync('pgrep', ['--exact', '--runstates', 'RSDTt', name], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}

/** A container that only sleeps, from an image that needs no registry. @param {string} name */
export function sleeper(name) {
  const root = '/tmp/bench-image';
  execFileSync('sh', [
    '-c',
    `mkdir -p ${root}/bin && cp "$(command -v busybox)" ${root}/bin/sleep && tar -C ${root} -c . | docker import - sleeper`,
  ]);
  execFileSync('docker', ['run', '-d', '--name', name, '--network', 'none', 'sleeper', 'sleep', '100000']);
}

/** What must be the same before and after a restart. @param {string} name */
export function identity(name) {
  return execFileSync('docker', ['inspect', '--format', '{{.State.Pid}} {{.State.StartedAt}}', name], {
    encoding: 'utf8',
  });
}
