import { mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { cacheFolder } from '../lib/cacheFolder.mjs';
import { commandPath } from '../lib/commandPath.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { run } from '../lib/run.mjs';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';
import { openSandboxEngine } from './sandboxEngine.mjs';

/** @typedef {import('../lib/run.mjs').RunOptions} RunOptions */
/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

/**
 * An engine on which the station's image is built and run.
 * @typedef {object} Engine
 * @property {string} about for a person
 * @property {(argv: readonly string[], options?: RunOptions) => Promise<import('../lib/run.mjs').RunResult>} docker
 * @property {string} folder one that both this process and the docker command see at the same path
 * @property {string} publish address on which the engine publishes the port
 * @property {(port: number) => Promise<void>} forward makes a published port reachable on 127.0.0.1 of this machine
 * @property {() => Promise<void>} close ends what was started for it
 */

/**
 * @typedef {object} EngineOptions
 * @property {Elevate | undefined} elevate
 * @property {AbortSignal} signal
 * @property {(text: string) => void} detail
 */

/**
 * This machine's own engine if one answers, else one in a sandbox.
 *
 * @param {'auto' | 'machine' | 'bed'} kind
 * @param {EngineOptions} options
 * @returns {Promise<Engine>}
 * @throws {Refusal} where there is no engine of this kind
 */
export async function openEngine(kind, options) {
  const program = await dockerCommand(options);
  if (kind !== 'bed') {
    const asked = await run([program, 'version', '--format', '{{.Server.Version}}'], { signal: options.signal });
    if (asked.code === 0) return machineEngine(program, asked.stdout.trim());
    if (kind === 'machine') throw new Refusal(`no engine answers on this machine: ${asked.stderr.trim()}`);
  }
  return openSandboxEngine(program, options);
}

/**
 * A docker command that can build with BuildKit, which the Dockerfile needs: until version 22 it is built in, later it
 * is the plugin buildx. A machine may have both kinds; where it has none, Debian's is installed.
 *
 * @param {EngineOptions} options
 */
async function dockerCommand({ elevate, signal, detail }) {
  const found = await findBuilder(signal);
  if (found !== undefined) return found;
  const client = needSets.engine.filter((need) => 'command' in need && need.command.startsWith('docker'));
  const needs = [...client, ...needSets.builder];
  await provision(needs, { elevate: () => Promise.resolve(elevate), detail, signal });
  const installed = await findBuilder(signal);
  if (installed !== undefined) return installed;
  throw new Refusal('no docker command on this machine can build with BuildKit; install the plugin docker-buildx.');
}

/** @param {AbortSignal} signal */
async function findBuilder(signal) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
  const programs = [...new Set(folders)].flatMap((folder) => commandPath('docker', { PATH: folder }) ?? []);
  for (const program of new Set(programs)) {
    const said = await run([program, '--version'], { signal });
    const plugin = await run([program, 'buildx', 'version'], { signal });
    if (canBuild(said.stdout, plugin.code === 0)) return program;
  }
  return undefined;
}

/**
 * Whether a docker command can build with BuildKit.
 *
 * @param {string} version what `docker --version` says
 * @param {boolean} hasBuildx whether it has the plugin
 */
export function canBuild(version, hasBuildx) {
  const major = Number(/\bversion (\d+)\./.exec(version)?.[1] ?? 0);
  // 18.09 brought BuildKit, 23.0 took it out again in favour of the plugin.
  return major >= 23 ? hasBuildx : major > 18 || /\bversion 18\.09\./.test(version);
}

/**
 * @param {string} program
 * @param {string} version
 * @returns {Engine}
 */
function machineEngine(program, version) {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  return {
    about: `this machine's engine ${version}`,
    docker: (argv, options = {}) =>
      run([program, ...argv], { ...options, env: { ...process.env, DOCKER_BUILDKIT: '1' } }),
    folder,
    publish: '127.0.0.1',
    forward: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
