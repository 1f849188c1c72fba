import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../lib/cacheFolder.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */
/** @typedef {import('../lib/run.mjs').RunOptions} RunOptions */
/** @typedef {(argv: readonly string[], options?: RunOptions) => Promise<import('../lib/run.mjs').RunResult>} Run */

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const sandboxProgram = join(root, 'test', 'bed', 'bed');
const sandboxName = 'station-container';
const helper = join(root, 'scripts', 'dind-helper');

/** Run in the sandbox as `sh -c`: the engine's data root is $1; names are asked of slirp4netns, which asks this machine. */
const prepareBed = [
  'mkdir -p /etc/docker "$1"',
  'printf \'{"data-root":"%s"}\' "$1" >/etc/docker/daemon.json',
  'echo nameserver 10.0.2.3 >/etc/resolv.conf',
  'sysctl -qw net.ipv4.ip_forward=1',
  'i=0; until ip route show default | grep -q tap0; do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.1; done',
].join('\n');

/**
 * An engine in a private container over this machine's root, with a network of its own in user space. Its images,
 * volumes and build cache lie in the cache folder, so that a second build is quick.
 *
 * @param {string} program the docker command
 * @param {import('./engine.mjs').EngineOptions} options
 * @returns {Promise<Engine>}
 * @throws {Refusal} without root, or when the sandbox or its engine does not start
 */
export async function openSandboxEngine(program, { elevate, signal, detail }) {
  if (elevate === undefined) {
    throw new Refusal('an engine in a bed needs root: run this as root or with a sudo that asks for no password.');
  }
  const needs = [...needSets.engine, ...needSets.engineInSandbox];
  await provision(needs, { elevate: () => Promise.resolve(elevate), detail, signal });
  const folder = join(cacheFolder(), 'container-engine');
  mkdirSync(folder, { recursive: true });
  const control = `/run/dind-station-slirp-${process.pid}.sock`;
  const down = () => run(elevate([sandboxProgram, 'down', sandboxName]));
  /** @type {Run} */
  const inside = (argv, options = {}) =>
    run(elevate([sandboxProgram, 'run', sandboxName, ...argv]), { cwd: root, ...options });

  // A run that was killed has left its bed.
  await down();
  detail('starting a bed');
  const up = elevate([sandboxProgram, 'up', sandboxName, '--bind', root, '--bind', folder]);
  await runOrRefuse('starting a bed', up, { signal });
  const found = await runOrRefuse('finding the bed', elevate([sandboxProgram, 'pid', sandboxName]), { signal });
  const endNetwork = startNetwork(elevate, found.stdout.trim(), control);
  const close = async () => {
    await inside([helper, 'stop']);
    endNetwork();
    await down();
    rmSync(control, { force: true });
  };
  try {
    detail('starting an engine in it');
    await startEngine(inside, join(folder, 'docker'), signal);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    about: 'an engine in a bed',
    docker: (argv, options) => inside(['env', 'DOCKER_BUILDKIT=1', program, ...argv], options),
    folder,
    publish: '0.0.0.0',
    forward: (port) => forwardPort(control, port),
    close,
  };
}

/**
 * @param {import('../lib/elevation.mjs').Elevate} elevate
 * @param {string} pid of the sandbox
 * @param {string} control path of the socket on which it takes orders
 * @returns {() => void} ends it; so does our own end, whatever ends us
 */
function startNetwork(elevate, pid, control) {
  const argv = ['slirp4netns', '--configure', '--disable-host-loopback', '--api-socket', control, '--exit-fd=0'];
  const [slirp = '', ...args] = elevate([...argv, pid, 'tap0']);
  const child = spawn(slirp, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // One that cannot be started is noticed as a bed without a network.
  child.on('error', () => undefined);
  return () => void child.stdin.end();
}

/**
 * @param {Run} inside
 * @param {string} data root of the engine's data
 * @param {AbortSignal} signal
 */
async function startEngine(inside, data, signal) {
  const prepared = await inside(['sh', '-ec', prepareBed, 'prepare', data], { signal });
  if (prepared.code !== 0) throw new Refusal(`the bed has no network after 10 s. ${prepared.stderr.trim()}`);
  const started = await inside([helper, '--plain', 'start'], { signal });
  if (started.code !== 0) throw new Refusal(`the engine in the bed does not start:\n${started.stdout}`);
}

/**
 * @param {string} control socket of slirp4netns
 * @param {number} port
 * @throws {Refusal} when something else has the port
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
  if (answer.includes('error')) {
    throw new Refusal(`port ${port} cannot be forwarded from 127.0.0.1; name another with --port. (${answer.trim()})`);
  }
}
