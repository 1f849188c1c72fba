import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findElevation } from '../lib/elevation.mjs';
import { createProgress } from '../lib/progress.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { excerpt } from '../lib/run.mjs';
import { baseName, ensureBaseImage } from './baseImage.mjs';
import { checkStation } from './check.mjs';
import { openEngine } from './engine.mjs';
import { containerName, graceSeconds } from './names.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */
/** @typedef {import('./options.mjs').ContainerOptions} ContainerOptions */

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const dockerfile = join(root, 'container', 'Dockerfile');
const image = 'dind-station';
/** The certificates that this machine trusts, where they stand in a file of their own: a proxy may sign anew. */
const certificates = process.env['NODE_EXTRA_CA_CERTS'] ?? '/etc/ssl/certs/ca-certificates.crt';

const volumes = {
  'dind-station-engine': '/var/lib/docker',
  'dind-station-home': '/home/coder',
  'dind-station-commandhistory': '/commandhistory',
  'dind-station-history': '/var/lib/dind-station',
};

const startTimeoutMs = 120_000;

/**
 * Builds, runs, and waits until Ctrl-C; or tries everything and ends.
 *
 * @param {ContainerOptions} options
 * @param {AbortSignal} signal
 * @returns {Promise<number>}
 */
export async function runContainer(options, signal) {
  const progress = createProgress(process.stderr);
  const elevate = await findElevation(signal);
  const engine = await progress.step('engine', async ({ detail, note }) => {
    const found = await openEngine(options.engine, { elevate, signal, detail });
    note(found.about);
    return found;
  });
  try {
    const base = baseName(dockerfile);
    await progress.step(`base image ${base}`, (step) => ensureBaseImage(engine, base, { signal, ...step }));
    await progress.step('image', ({ detail }) => build(engine, { signal, detail }));
    const password = randomBytes(9).toString('base64url');
    await progress.step('station', async ({ detail, note }) => {
      await start(engine, { options, password, signal });
      note(await untilHealthy(engine, { signal, detail }));
    });
    await engine.forward(options.port);
    if (options.check) return await checkStation(engine, { port: options.port, password, progress, signal });
    progress.say(`\n  http://127.0.0.1:${options.port}/   password: ${password}\n\n  Ctrl-C ends it.`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return 0;
  } finally {
    await progress.step('stopping', async () => {
      await engine.docker(['stop', '--time', String(graceSeconds), containerName]);
      await engine.docker(['rm', '--force', containerName]);
      await engine.close();
    });
  }
}

/**
 * @param {Engine} engine
 * @param {{ signal: AbortSignal, detail: (text: string) => void }} options
 */
async function build(engine, { signal, detail }) {
  const secret = existsSync(certificates) ? ['--secret', `id=ca,src=${certificates}`] : [];
  const argv = ['build', '--progress=plain', '--file', dockerfile, '--tag', image, ...secret, root];
  const onLine = (/** @type {string} */ line) => {
    const step = /^#\d+ (\[.*?\] .*)/.exec(line)?.[1];
    if (step !== undefined) detail(step.slice(0, 90));
  };
  const { code, stderr, stdout } = await engine.docker(argv, { signal, onLine });
  if (code !== 0) throw new Refusal(`building the image failed:\n${excerpt(stderr === '' ? stdout : stderr)}`);
}

/**
 * @param {Engine} engine
 * @param {{ options: ContainerOptions, password: string, signal: AbortSignal }} what
 */
async function start(engine, { options, password, signal }) {
  await engine.docker(['rm', '--force', containerName], { signal });
  if (options.fresh) await engine.docker(['volume', 'rm', '--force', ...Object.keys(volumes)], { signal });
  const mounts = Object.entries(volumes).flatMap(([name, path]) => ['--volume', `${name}:${path}`]);
  const argv = [
    ...['run', '--detach', '--name', containerName, '--hostname', 'station'],
    ...['--publish', `${engine.publish}:${options.port}:8080`, '--env', `PASSWORD=${password}`],
    ...['--stop-timeout', String(graceSeconds), ...mounts],
  ];
  const full = await engine.docker([...argv, '--privileged', image], { signal });
  if (full.code === 0) return;
  // An engine that lacks a capability itself cannot hand out all of them (20.10 then refuses to be privileged at all).
  if (!/apply caps|privileged mode is incompatible/.test(full.stderr)) throw new Refusal(full.stderr.trim());
  await engine.docker(['rm', '--force', containerName], { signal });
  const fewer = ['--cap-add=SYS_ADMIN', '--cap-add=NET_ADMIN'];
  const open = ['seccomp=unconfined', 'apparmor=unconfined', 'systempaths=unconfined'].map(
    (what) => `--security-opt=${what}`,
  );
  const second = await engine.docker([...argv, ...fewer, ...open, image], { signal });
  if (second.code !== 0) throw new Refusal(second.stderr.trim());
}

/**
 * Waits for the container's own health check.
 *
 * @param {Engine} engine
 * @param {{ signal: AbortSignal, detail: (text: string) => void }} options
 */
async function untilHealthy(engine, { signal, detail }) {
  const began = performance.now();
  for (;;) {
    const format = '{{.State.Status}} {{.State.Health.Status}}';
    const { stdout } = await engine.docker(['inspect', '--format', format, containerName], { signal });
    const state = stdout.trim();
    detail(state);
    if (state === 'running healthy') return `healthy after ${Math.round(performance.now() - began)} ms`;
    if (!state.startsWith('running') || performance.now() - began > startTimeoutMs) {
      const logs = await engine.docker(['logs', '--tail', '40', containerName], { signal });
      throw new Refusal(`the station is "${state}":\n${logs.stdout}${logs.stderr}`);
    }
    await delay(500, undefined, { signal });
  }
}
