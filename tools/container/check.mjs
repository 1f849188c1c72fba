import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from '../lib/npmPackages.mjs';
import { excerpt, run } from '../lib/run.mjs';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';
import { lifeChecks } from './checkLife.mjs';
import { rightsChecks } from './checkRights.mjs';
import { containerName, user } from './names.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */
/**
 * One thing that is tried. Its body returns what was seen and throws when that is wrong.
 * @typedef {{ name: string, body: () => Promise<string> }} Check
 */
/**
 * What the checks work with.
 * @typedef {object} Bench
 * @property {Engine} engine
 * @property {AbortSignal} signal
 * @property {(argv: readonly string[]) => Promise<string>} docker what it printed on both streams; a wrong status is an error
 * @property {(script: string) => Promise<string>} inside the same for a script that the user runs in the station
 */

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/**
 * What --check needs beside the station: a browser and who drives it.
 *
 * @param {import('./engine.mjs').EngineOptions} options
 */
export async function prepareCheck({ elevate, signal, detail }) {
  const needs = needSets.test.filter((need) => need.package === 'chromium');
  await provision(needs, { elevate: () => Promise.resolve(elevate), detail, signal });
  await ensurePackages({ detail, signal });
}

/**
 * What a person would try in a fresh station, then its end and its beginning. Every line says what was seen.
 *
 * @param {Engine} engine
 * @param {{ port: number, password: string, progress: import('../lib/progress.mjs').Progress,
 *   signal: AbortSignal, anew: () => Promise<void> }} options `anew` makes the container again, on the same volumes
 * @returns {Promise<number>} 0 when everything was as it should be
 */
export async function checkStation(engine, { port, password, progress, signal, anew }) {
  const bench = openBench(engine, signal);
  const look = (/** @type {string} */ suite) => browse(suite, { port, password, signal });
  const checks = [
    ...firstChecks(bench, password),
    { name: 'in a browser', body: () => look('walk') },
    ...lifeChecks(bench, anew),
    ...rightsChecks(bench, { port, password, look }),
  ];
  let failures = 0;
  for (const { name, body } of checks) {
    const began = performance.now();
    try {
      const seen = await body();
      progress.say(`✓ ${name}  ${((performance.now() - began) / 1000).toFixed(1)} s  ${seen}`);
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      progress.say(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  progress.say(failures === 0 ? 'Everything is as it should be.' : `${failures} of these are wrong.`);
  return failures === 0 ? 0 : 1;
}

/**
 * @param {Engine} engine
 * @param {AbortSignal} signal
 * @returns {Bench}
 */
function openBench(engine, signal) {
  /** @type {Bench['docker']} */
  const docker = async (argv) => {
    const { code, stdout, stderr } = await engine.docker(argv, { signal });
    const said = (stdout + stderr).trim();
    if (code !== 0) throw new Error(`docker ${argv.slice(0, 2).join(' ')}: status ${code}: ${excerpt(said)}`);
    return said;
  };
  /** @type {Bench['inside']} */
  const inside = (script) => docker(['exec', '--user', user, containerName, 'bash', '-ec', script]);
  return { engine, signal, docker, inside };
}

/**
 * What is in a station that has just come up.
 *
 * @param {Bench} bench
 * @param {string} password
 * @returns {Check[]}
 */
function firstChecks({ docker, inside }, password) {
  return [
    {
      name: 'engine',
      body: () => inside("docker version --format '{{.Server.Version}}, client {{.Client.Version}}'"),
    },
    { name: 'command line', body: () => inside('dind-station status | head -1') },
    {
      name: 'extension',
      body: () => inside('code-server --list-extensions --show-versions 2>/dev/null | grep dind-station'),
    },
    {
      name: 'mounts are shared',
      body: async () => {
        const seen = await inside('findmnt -no PROPAGATION /');
        if (!seen.startsWith('shared')) throw new Error(seen);
        return seen;
      },
    },
    {
      name: 'nothing in the home is root’s',
      body: async () => {
        const foreign = await inside('find ~ /commandhistory ! -user "$(id -un)" 2>&1 | head -5');
        if (foreign !== '') throw new Error(foreign);
        return `all of it is ${user}'s`;
      },
    },
    {
      name: 'the password is told to nobody',
      body: async () => {
        const told = [
          ['the log', await docker(['logs', containerName])],
          ['command lines', await docker(['exec', containerName, 'ps', 'axww'])],
          ['the image', await docker(['history', '--no-trunc', '--format', '{{.CreatedBy}}', 'dind-station'])],
        ].filter(([, text]) => text?.includes(password));
        if (told.length > 0) throw new Error(`it stands in ${told.map(([where]) => where).join(', ')}`);
        return 'not in the log, in command lines, in the image';
      },
    },
    {
      name: 'no secret and no package list is left in the image',
      body: async () => {
        const left = await inside(
          'ls -A /run/secrets /var/lib/apt/lists 2>/dev/null | grep -vE "^(/|$|partial|lock)" || true',
        );
        if (left !== '') throw new Error(left);
        return 'none';
      },
    },
  ];
}

/**
 * A person in a browser: one of the suites of test/container.
 *
 * @param {string} suite
 * @param {{ port: number, password: string, signal: AbortSignal }} options
 */
async function browse(suite, { port, password, signal }) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const argv = [process.execPath, vitest, 'run', '--config', 'vitest.container.config.ts', `/${suite}.test`];
  const env = {
    ...process.env,
    NO_COLOR: '1',
    DIND_STATION_URL: `http://127.0.0.1:${port}/`,
    DIND_STATION_PASSWORD: password,
  };
  const { code, stdout, stderr } = await run(argv, { cwd: root, env, signal });
  if (code !== 0) throw new Error(`\n${stdout}${stderr}`);
  const passed = [...stdout.matchAll(/^ *✓ .*? > (.*?)(?: \d+ms)?$/gm)].map(([, name]) => `\n    ${name}`);
  return `${passed.join('')}\n    pictures: test-output/screenshots/container-*.png`;
}
