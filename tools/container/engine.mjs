import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../lib/cacheFolder.mjs';
import { commandPath } from '../lib/commandPath.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';

/** @typedef {import('../lib/run.mjs').RunOptions} RunOptions */
/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

/**
 * An engine on which the station's image is built and run.
 * @typedef {object} Engine
 * @property {string} about for a person
 * @property {(argv: readonly string[], options?: RunOptions) => Promise<import('../lib/run.mjs').RunResult>} docker
 * @property {string} publish address on which the engine publishes the port
 * @property {(port: number) => Promise<void>} forward makes a published port reachable on 127.0.0.1 of this machine
 * @property {() => Promise<void>} close
 */

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const bedProgram = join(root, 'test', 'bed', 'bed');
const bedName = 'station-container';

/**
 * A docker command that can build with BuildKit, which the Dockerfile needs: until version 22 it is built in, later it
 * is the plugin buildx. A machine may have both kinds.
 *
 * @param {AbortSignal} signal
 */
async function dockerCommand(signal) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
  for (const folder of new Set(folders)) {
    const path = commandPath('docker', { PATH: folder });
    if (path === undefined) continue;
    const version = await run([path, '--version'], { signal });
    const major = Number(/version (\d+)\./.exec(version.stdout)?.[1] ?? 0);
    if (major >= 18 && major < 23) return path;
    if (major >= 23 && (await run([path, 'buildx', 'version'], { signal })).code === 0) return path;
  }
  throw new Refusal(
    'no docker command that can build with BuildKit was found: apt-get install docker.io docker-buildx.',
  );
}

/**
 * @param {'auto' | 'machine' | 'bed'} kind
 * @param {{ elevate: Elevate | undefined, signal: AbortSignal, detail: (text: string) => void }} options
 * @returns {Promise<Engine>}
 */
export async function openEngine(kind, { elevate, signal, detail }) {
  const program = await dockerCommand(signal);
  if (kind !== 'bed') {
    const asked = await run([program, 'version', '--format', '{{.Server.Version}}'], { signal });
    if (asked.code === 0) return machineEngine(program, asked.stdout.trim());
    if (kind === 'machine') throw new Refusal(`no engine answers on this machine: ${asked.stderr.trim()}`);
  }
  if (elevate === undefined)
    throw new Refusal('an engine in a bed needs root: run this as root or with a sudo that asks for no password.');
  if (commandPath('slirp4netns') === undefined)
    throw new Refusal('an engine in a bed needs slirp4netns: apt-get install slirp4netns.');
  return bedEngine(program, { elevate, signal, detail });
}

/**
 * @param {string} program
 * @param {string} version
 * @returns {Engine}
 */
function machineEngine(program, version) {
  return {
    about: `this machine's engine ${version}`,
    docker: (argv, options = {}) => run([program, ...argv], { ...options, env: buildKit(process.env) }),
    publish: '127.0.0.1',
    forward: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** @param {NodeJS.ProcessEnv} env */
function buildKit(env) {
  return { ...env, DOCKER_BUILDKIT: '1' };
}

/**
 * An engine in a private container over this machine's root, with a network of its own in user space. Its data lie in
 * the cache folder, so that a second build is quick.
 *
 * @param {string} program
 * @param {{ elevate: Elevate, signal: AbortSignal, detail: (text: string) => void }} options
 * @returns {Promise<Engine>}
 */
async function bedEngine(program, { elevate, signal, detail }) {
  const data = join(cacheFolder(), 'container-engine');
  const control = `/run/dind-station-slirp-${process.pid}.sock`;
  mkdirSync(data, { recursive: true });
  const down = () => run(elevate([bedProgram, 'down', bedName]));
  const inside = (/** @type {readonly string[]} */ argv, /** @type {RunOptions} */ options = {}) =>
    run(elevate([bedProgram, 'run', bedName, ...argv]), { cwd: root, ...options });
  await down();
  detail('starting a bed');
  await runOrRefuse('starting a bed', elevate([bedProgram, 'up', bedName, '--bind', root, '--bind', data]), { signal });
  const { stdout } = await runOrRefuse('finding the bed', elevate([bedProgram, 'pid', bedName]), { signal });
  const network = [
    'slirp4netns',
    '--configure',
    '--disable-host-loopback',
    '--api-socket',
    control,
    stdout.trim(),
    'tap0',
  ];
  const [slirp = '', ...args] = elevate(network);
  const child = spawn(slirp, args, { stdio: 'ignore', detached: true });
  const close = async () => {
    await inside([join(root, 'scripts', 'dind-helper'), 'stop']);
    if (child.pid !== undefined) await run(elevate(['kill', '--', String(child.pid)]));
    await down();
    rmSync(control, { force: true });
  };
  try {
    detail('starting an engine in it');
    const prepare =
      'mkdir -p /etc/docker && printf \'{"data-root":"%s"}\' "$1" >/etc/docker/daemon.json && sysctl -qw net.ipv4.ip_forward=1';
    await inside(['sh', '-c', prepare, 'prepare', data], { signal });
    const started = await inside([join(root, 'scripts', 'dind-helper'), '--plain', 'start'], { signal });
    if (started.code !== 0) throw new Refusal(`the engine in the bed does not start:\n${started.stdout}`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    about: 'an engine in a bed',
    docker: (argv, options) => inside(['env', 'DOCKER_BUILDKIT=1', program, ...argv], options),
    publish: '0.0.0.0',
    forward: (port) => forwardPort(control, port),
    close,
  };
}

/**
 * @param {string} control socket of slirp4netns
 * @param {number} port
 */
async function forwardPort(control, port) {
  const request = {
    execute: 'add_hostfwd',
    arguments: { proto: 'tcp', host_addr: '127.0.0.1', host_port: port, guest_port: port },
  };
  /** @type {string} */
  const answer = await new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(control, () => socket.end(JSON.stringify(request)));
    socket.on('data', (chunk) => (said += String(chunk)));
    socket.on('error', reject);
    socket.on('close', () => resolve(said));
  });
  if (answer.includes('error')) throw new Refusal(`port ${port} cannot be taken on 127.0.0.1: ${answer}`);
  await delay(50);
}
