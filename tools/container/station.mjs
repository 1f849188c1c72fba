import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../lib/cacheFolder.mjs';
import { findElevation } from '../lib/elevation.mjs';
import { withLock } from '../lib/folderLock.mjs';
import { createProgress } from '../lib/progress.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { excerpt } from '../lib/run.mjs';
import { baseName, ensureBaseImage } from './baseImage.mjs';
import { checkStation, prepareCheck } from './check.mjs';
import { openEngine } from './engine.mjs';
import { withEnvFile } from './envFile.mjs';
import { containerName, graceSeconds, image, user, volumePrefix, volumes } from './names.mjs';
import { needsFewerRights, runArguments } from './runArguments.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */
/** @typedef {import('./options.mjs').ContainerOptions} ContainerOptions */
/** @typedef {import('../lib/progress.mjs').Progress} Progress */

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const dockerfile = join(root, 'container', 'Dockerfile');
/** The certificates that this machine trusts, where they stand in a file of their own: a proxy may sign anew. */
const certificates = process.env['NODE_EXTRA_CA_CERTS'] ?? '/etc/ssl/certs/ca-certificates.crt';

const startTimeoutMs = 120_000;

/**
 * Builds, runs, and waits until Ctrl-C; or tries everything and ends. One at a time: there is one container, one set of
 * volumes, and one folder for the data of an engine in a sandbox.
 *
 * @param {ContainerOptions} options
 * @param {AbortSignal} signal
 * @returns {Promise<number>} exit status
 */
export async function runContainer(options, signal) {
  const progress = createProgress(process.stderr);
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  const onWait = () => progress.say('Another run of this command goes on; waiting for its end.');
  return withLock(join(cache, '.container.lock'), { onWait, signal }, async () => {
    const elevate = await findElevation(signal);
    if (options.check) {
      await progress.step('what the check needs', ({ detail }) => prepareCheck({ elevate, signal, detail }));
    }
    const engine = await progress.step('engine', async ({ detail, note }) => {
      const found = await openEngine(options.engine, { elevate, signal, detail });
      note(found.about);
      return found;
    });
    try {
      const fresh = options.fresh || options.check;
      const password = await bringUp(engine, { options: { ...options, fresh }, elevate, signal, progress });
      const { port } = options;
      if (options.check) {
        const anew = async () => {
          await start(engine, { options, password, signal });
          await untilReady(engine, { signal, detail: () => undefined });
        };
        return await checkStation(engine, { port, password, progress, signal, anew });
      }
      progress.say(`\n  http://127.0.0.1:${port}/   password: ${password}\n\n  Ctrl-C ends it; its volumes are kept.`);
      await untilAborted(signal);
      return 0;
    } finally {
      await progress.step('station ended', async () => {
        await engine.docker(['stop', '--time', String(graceSeconds), containerName]);
        await engine.docker(['rm', '--force', containerName]);
        if (options.check) await removeVolumes(engine, volumePrefix.check);
        await engine.close();
      });
    }
  });
}

/** @param {AbortSignal} signal */
function untilAborted(signal) {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/**
 * @param {Engine} engine
 * @param {{ options: ContainerOptions, elevate: import('../lib/elevation.mjs').Elevate | undefined,
 *   signal: AbortSignal, progress: Progress }} context
 * @returns {Promise<string>} the password of the editor
 */
async function bringUp(engine, { options, elevate, signal, progress }) {
  // Early: a port that is taken is told before anything is built for it.
  await engine.forward(options.port);
  const base = baseName(readFileSync(dockerfile, 'utf8'));
  await progress.step(`base image ${base}`, ({ detail, note }) =>
    ensureBaseImage(engine, base, { elevate, signal, detail, note }),
  );
  await progress.step('image', async ({ detail, note }) => {
    await build(engine, { signal, detail });
    const { stdout } = await engine.docker(['image', 'inspect', '--format', '{{.Size}}', image], { signal });
    note(`${Math.round(Number(stdout) / 1e6)} MB`);
  });
  const password = randomBytes(9).toString('base64url');
  await progress.step('station', async ({ detail, note }) => {
    const rights = await start(engine, { options, password, signal });
    await untilReady(engine, { signal, detail });
    note(rights === 'all' ? 'privileged' : 'with SYS_ADMIN and NET_ADMIN: this engine cannot give all rights');
  });
  return password;
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
 * @returns {Promise<'all' | 'fewer'>} the rights that it has
 */
async function start(engine, { options, password, signal }) {
  const remove = () => engine.docker(['rm', '--force', containerName], { signal });
  await remove();
  const prefix = options.check ? volumePrefix.check : volumePrefix.station;
  if (options.fresh) await removeVolumes(engine, prefix);
  return withEnvFile(engine, password, async (envFile) => {
    const run = (/** @type {'all' | 'fewer'} */ rights) => {
      const { publish } = engine;
      return engine.docker(runArguments({ publish, port: options.port, envFile, prefix, rights }), { signal });
    };
    const full = await run('all');
    if (full.code === 0) return 'all';
    if (!needsFewerRights(full.stderr)) throw new Refusal(`the station does not start: ${full.stderr.trim()}`);
    await remove();
    const fewer = await run('fewer');
    if (fewer.code === 0) return 'fewer';
    throw new Refusal(`the station does not start: ${fewer.stderr.trim()}`);
  });
}

/**
 * @param {Engine} engine
 * @param {string} prefix
 */
async function removeVolumes(engine, prefix) {
  await engine.docker(['volume', 'rm', '--force', ...volumes(prefix).map(([name]) => name)]);
}

/**
 * Waits until the daemon inside answers its user and the editor its port; asked directly, as the container's health
 * check looks every 10 s only.
 *
 * @param {Engine} engine
 * @param {{ signal: AbortSignal, detail: (text: string) => void }} options
 */
async function untilReady(engine, { signal, detail }) {
  const began = performance.now();
  const question = 'docker version >/dev/null && curl -sSf -o /dev/null http://127.0.0.1:8080/healthz';
  for (;;) {
    const asked = await engine.docker(['exec', '--user', user, containerName, 'sh', '-c', question], { signal });
    if (asked.code === 0) return;
    const inspect = ['inspect', '--format', '{{.State.Status}} {{.State.Health.Status}}', containerName];
    const state = (await engine.docker(inspect, { signal })).stdout.trim();
    detail(state);
    if (!/^running (?:starting|healthy)$/.test(state) || performance.now() - began > startTimeoutMs) {
      const logs = await engine.docker(['logs', '--tail', '40', containerName], { signal });
      throw new Refusal(`the station is "${state}". Its last words:\n${logs.stdout}${logs.stderr}`);
    }
    await delay(200, undefined, { signal });
  }
}
