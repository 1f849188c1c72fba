import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Refusal } from '../../lib/refusal.mjs';
import { needSets } from '../../provision/needs.mjs';
import { provision } from '../../provision/provision.mjs';
import { findEngine } from '../engine.mjs';
import { endKilledRuns } from '../killedRun.mjs';
import { ProcessWatch, takeProcesses } from '../machine/processTable.mjs';
import { takeSnapshot } from '../machine/snapshot.mjs';
import { beginRun, withStation } from '../station.mjs';
import { Checks } from './checks.mjs';
import { checkLeftovers } from './leftovers.mjs';
import { engineObjects } from './objects.mjs';
import { junitXml, summary } from './report.mjs';
import { tryStation } from './tryStation.mjs';

/** @typedef {import('../options.mjs').StartOptions} StartOptions */

/**
 * `npm start -- --check`: everything that `npm start` does, then what its user does with containers, in the editor's
 * terminal in a browser; then its end, after which this machine has to be as it was before.
 *
 * @param {StartOptions} options
 * @param {AbortSignal} signal
 * @returns {Promise<number>} exit status
 */
export async function runCheck(options, signal) {
  const run = await beginRun(signal);
  const { progress, elevate } = run;
  if (elevate === undefined) {
    throw new Refusal(
      '--check reads firewall rules and mounts a folder, which needs root or a sudo that asks for no password.',
    );
  }
  await progress.step('what the check needs', async ({ detail, note }) => {
    const installed = await provision(needSets.check, { elevate: () => Promise.resolve(elevate), detail, signal });
    note(installed.length === 0 ? 'all there' : installed.join(' '));
  });
  await endKilledRuns(run);

  const foreignDaemon = (await findEngine()) !== 'absent';
  const root = (/** @type {readonly string[]} */ argv) => elevate(argv);
  const objects = foreignDaemon ? await engineObjects(root) : undefined;
  const before = { machine: await takeSnapshot({ elevate, signal }), processes: takeProcesses(), objects };
  const watch = new ProcessWatch();
  const checks = new Checks(progress, signal);
  /** @type {{ user: number, prepared: readonly string[] }} */
  const seen = { user: 0, prepared: [] };
  try {
    await withStation(options, run, async (station) => {
      seen.user = station.account.uid;
      const { engine } = station;
      if (engine.outcome === 'started') watch.add(engine.pid);
      if (engine.outcome !== 'failed') {
        seen.prepared = engine.steps.filter(({ status }) => status === 'changed').map(({ step }) => step);
      }
      await tryStation(station, { checks, elevate, signal });
    });
  } catch (error) {
    signal.throwIfAborted();
    // It did not come up or did not end; what is left is looked at all the same.
    await checks.run('npm start', () => {
      throw error;
    });
  } finally {
    watch.end();
  }
  await checkLeftovers({ before, watch, checks, elevate, signal, foreignDaemon, ...seen });

  progress.say(summary(checks.outcomes));
  if (options.report !== undefined) {
    const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), options.report);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, junitXml(checks.outcomes));
  }
  return checks.outcomes.every(({ state }) => state !== 'failed') ? 0 : 1;
}
