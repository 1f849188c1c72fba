import { fileURLToPath } from 'node:url';
import { ensureCodeServer, findCodeServer } from '../code-server/ensure.mjs';
import { findElevation } from '../lib/elevation.mjs';
import { ensurePackages } from '../lib/npmPackages.mjs';
import { createProgress } from '../lib/progress.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { runOrRefuse } from '../lib/run.mjs';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';
import { asAccount, stationAccount } from './account.mjs';
import { asCheckoutOwner } from './checkout.mjs';
import { dataArguments, dataFolder, prepareData } from './data.mjs';
import { findEngine, startEngine, stopEngine } from './engine.mjs';
import { stationEnvironment } from './environment.mjs';
import { packExtension } from './extension.mjs';
import { ensureHelper } from './helper.mjs';
import { endKilledRuns } from './killedRun.mjs';
import { takeSnapshot } from './machine/snapshot.mjs';
import { removeTraces } from './machine/traces.mjs';
import { claimPort } from './port.mjs';
import { identityOf, RunRecord, uptimeTicks } from './record.mjs';
import { startServer } from './server.mjs';

/** @typedef {import('../lib/progress.mjs').Progress} Progress */
/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */
/** @typedef {import('./options.mjs').StartOptions} StartOptions */

const quietArguments = ['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A station that is up.
 * @typedef {object} Station
 * @property {import('./server.mjs').Server} server
 * @property {import('./account.mjs').Account} account
 * @property {string | undefined} password
 * @property {(argv: readonly string[]) => string[]} as wraps a command, to run as the station's user
 * @property {EngineStart} engine
 * @property {RunRecord} record
 *
 * What became of the daemon: `message` is why it does not run.
 * @typedef {{ outcome: 'started' | 'already-running', pid: number } & import('./helper.mjs').HelperSaid
 *   | { outcome: 'failed', message: string }} EngineStart
 *
 * @typedef {object} Run
 * @property {AbortSignal} signal
 * @property {Progress} progress
 * @property {Elevate | undefined} elevate
 */

/**
 * Brings a station up from a fresh clone, keeps it until the signal aborts, and ends what it started.
 *
 * @param {StartOptions} options
 * @param {AbortSignal} signal
 * @throws {Refusal} when a step cannot be done; what was started by then is ended first
 */
export async function runStation(options, signal) {
  const run = await beginRun(signal);
  await endKilledRuns(run);
  await withStation(options, run, async ({ server, account, password }) => {
    run.progress.say(welcome({ url: server.url, user: account.name, password }));
    const lastLines = await Promise.race([server.ended, whenAborted(signal)]);
    if (lastLines !== undefined) throw new Refusal(`code-server ended by itself:\n${lastLines}`);
  });
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Run>}
 */
export async function beginRun(signal) {
  if (process.platform !== 'linux') {
    throw new Refusal(
      `npm start runs on Linux, this is ${process.platform}; use a Debian or Ubuntu machine or container.`,
    );
  }
  return { signal, progress: createProgress(process.stdout), elevate: await findElevation(signal) };
}

/**
 * Does `body` with a station, and ends what was started for it.
 *
 * @param {StartOptions} options
 * @param {Run} run
 * @param {(station: Station) => Promise<void>} body
 */
export async function withStation(options, run, body) {
  /** What is to be undone at the end, in the order in which it was done. @type {(() => Promise<void>)[]} */
  const ends = [];
  try {
    await body(await bringUp(options, run, ends));
  } finally {
    await endAll(ends.toReversed());
  }
}

/**
 * Does every one, also after one that failed; the first failure is told.
 *
 * @param {readonly (() => Promise<void>)[]} ends
 */
async function endAll(ends) {
  /** @type {unknown[]} */
  const failures = [];
  for (const end of ends) await end().catch((/** @type {unknown} */ error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/**
 * @param {StartOptions} options
 * @param {Run} run
 * @param {(() => Promise<void>)[]} ends
 * @returns {Promise<Station>}
 */
async function bringUp(options, run, ends) {
  const { signal, progress, elevate } = run;
  const account = await progress.step('user', ({ note }) => stationAccount({ asked: options.user, elevate, note }));
  await claimPort(options.port, dataFolder(account));

  const engine = await findEngine();
  // Before anything of ours is there, also what installing the helper makes.
  const before = engine !== 'absent' || elevate === undefined ? undefined : await takeSnapshot({ elevate, signal });
  await progress.step('Debian packages', async ({ detail, note }) => {
    const needs = [
      ...(engine === 'absent' ? needSets.engine : needSets.helper),
      ...(findCodeServer() === undefined ? needSets.compile : []),
    ];
    const installed = await provision(needs, { elevate: () => Promise.resolve(elevate), detail, signal });
    note(installed.length === 0 ? 'all there' : installed.join(' '));
  });
  const asOwner = await asCheckoutOwner(root, signal);
  await progress.step('npm packages', async ({ detail, note }) => {
    note((await ensurePackages({ detail, signal, root, as: asOwner })) ? 'installed' : 'all there');
  });
  const vsix = await progress.step('extension', ({ note }) => packExtension({ root, as: asOwner, note, signal }));
  const codeServer = await progress.step('code-server', async ({ detail, note }) => {
    const found = await ensureCodeServer({ detail, signal });
    note(found.version);
    return found;
  });
  await progress.step('helper', ({ detail, note }) => ensureHelper({ root, account, elevate, detail, note }));
  const record = new RunRecord(elevate);
  ends.push(() => record.remove());
  const started = await bringUpEngine(options, { ...run, ends, record, before, engineIsUp: engine === 'answers' });
  signal.throwIfAborted();

  const password = options.auth === 'password';
  const { folder, fresh } = options;
  const data = await progress.step('user data', async ({ note }) => {
    const prepared = await prepareData({ account, elevate, vsix, folder, fresh, password, signal });
    note(prepared.root);
    return prepared;
  });
  const as = asAccount(account, elevate, stationEnvironment(account, process.env, data.runtimeFolder));
  const shared = dataArguments(data.root);
  await progress.step('extension in code-server', async () => {
    const install = [codeServer.node, codeServer.entry, ...shared, '--install-extension', data.vsix, '--force'];
    await runOrRefuse('installing the extension', as(install), { cwd: '/', signal });
  });
  const server = await progress.step('code-server starts', () =>
    startServer({
      codeServer,
      args: [
        ...shared,
        ...quietArguments,
        '--bind-addr',
        `127.0.0.1:${options.port}`,
        // Who names a folder wants that one, not the one that was open last.
        ...(folder === undefined ? [] : ['--ignore-last-opened']),
        data.folder,
      ],
      as,
      elevate,
      signal,
    }),
  );
  ends.push(() => progress.step('code-server ended', () => server.stop()));
  await record.note({ server: { ...identityOf(server.pid), folder: codeServer.folder } });
  return { server, account, password: data.password, as, engine: started, record };
}

/**
 * Starts the daemon unless an engine answers. A daemon that does not start is no reason to have no editor: the editor is
 * where the person sees why, and starts it again.
 *
 * @param {StartOptions} options
 * @param {Run & { ends: (() => Promise<void>)[], record: RunRecord, engineIsUp: boolean,
 *   before: import('./machine/snapshot.mjs').Snapshot | undefined }} run `before`: the machine without a daemon
 * @returns {Promise<EngineStart>}
 */
async function bringUpEngine(options, { signal, progress, elevate, ends, record, before, engineIsUp }) {
  try {
    return await progress.step('Docker daemon', async ({ detail, note }) => {
      if (engineIsUp) {
        note('runs already');
        return { outcome: 'already-running', pid: 0, steps: [], stray: [] };
      }
      const own = !options.keepDaemon;
      if (own) {
        await record.note({ daemon: 'starting', daemonAfter: uptimeTicks(), before });
        // A start that fails half way leaves things behind as well.
        ends.push(() => clearTraces(progress, { before, elevate }));
      }
      const start = await startEngine(detail, signal);
      note(start.outcome === 'started' ? 'started' : 'runs already');
      if (own && start.outcome === 'started') {
        ends.push(() => progress.step('Docker daemon stopped', (step) => stopEngine(step.detail)));
        await record.note({ daemon: identityOf(start.pid) });
      } else if (own) {
        ends.pop();
        await record.note({ daemon: undefined, before: undefined });
      }
      return start;
    });
  } catch (error) {
    if (!(error instanceof Refusal) || signal.aborted) throw error;
    progress.say(`  ${error.message}`);
    progress.say('  The editor is started all the same: it shows the state of the daemon and can start it again.');
    return { outcome: 'failed', message: error.message };
  }
}

/**
 * Removes what the daemon that this run started has left on a machine that had none before.
 *
 * @param {Progress} progress
 * @param {{ elevate: Elevate | undefined, before: import('./machine/snapshot.mjs').Snapshot | undefined }} options
 */
async function clearTraces(progress, { before, elevate }) {
  await progress.step('what the daemon left', async ({ note }) => {
    if (before === undefined || elevate === undefined) note('stays: removing bridges and firewall rules needs root');
    else note(await removeTraces(before, { elevate }));
  });
}

/**
 * What a person reads last.
 * @param {{ url: string, user: string, password: string | undefined }} about
 */
function welcome({ url, user, password }) {
  const access =
    password === undefined
      ? 'There is no password: whoever is logged in on this machine can open it, nobody from outside (--auth password).'
      : `Password: ${password}`;
  return `\nDinD Station runs as ${user}. Ctrl-C ends it.\n${access}\n\n  ${url}/`;
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<undefined>}
 */
function whenAborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
