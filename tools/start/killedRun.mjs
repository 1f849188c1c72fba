import { readFileSync } from 'node:fs';
import { readProcess } from '../lib/processes.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';
import { findEngine, stopEngine } from './engine.mjs';
import { removeCheckObjects } from './check/objects.mjs';
import { removeTraces } from './machine/traces.mjs';
import { killedRuns, lives, removeRecord } from './record.mjs';
import { endServer } from './server.mjs';

/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

/**
 * Ends what runs that were killed have left, as they would have done it themselves. Whose a process is says their record
 * (PID and start time, written as root); nothing is ended by its name.
 *
 * @param {{ elevate: Elevate | undefined, progress: import('../lib/progress.mjs').Progress }} options
 */
export async function endKilledRuns({ elevate, progress }) {
  if (elevate === undefined) return;
  for (const { path, record } of killedRuns()) {
    await progress.step('ending what a killed run left', async ({ detail, note }) => {
      /** @type {string[]} */
      const ended = [];
      if (record.server !== undefined && lives(record.server)) {
        await endServer(record.server.pid, record.server.folder, elevate);
        ended.push(`code-server (PID ${record.server.pid})`);
      }
      await removeCheckObjects({ owner: record.owner, elevate });
      if (record.scratch !== undefined) await removeScratch(record.scratch, elevate);
      const pid = ownDaemon(record);
      if (pid !== undefined) {
        await stopEngine(detail);
        ended.push(`the Docker daemon (PID ${pid})`);
      }
      // Another daemon that runs by now has a right to its bridge.
      if (record.before !== undefined && (await findEngine()) === 'absent') {
        ended.push(await removeTraces(record.before, { elevate }));
      }
      await removeRecord(path, elevate);
      note(`PID ${record.owner.pid}: ${ended.filter((one) => one !== '').join(', ') || 'nothing was left'}`);
    });
  }
}

/**
 * The daemon that a killed run started, if it lives. A run that was killed while it started has not noted its PID: then
 * it is the one that began after that.
 *
 * @param {import('./record.mjs').StartRecord} record
 * @returns {number | undefined}
 */
function ownDaemon({ daemon, daemonAfter = Infinity }) {
  if (daemon === undefined) return undefined;
  if (daemon !== 'starting') return lives(daemon) ? daemon.pid : undefined;
  const pid = daemonPid();
  const found = pid === undefined ? undefined : readProcess(pid);
  return found !== undefined && Number(found.started) >= daemonAfter ? found.pid : undefined;
}

/** The PID in the daemon's PID file. */
export function daemonPid() {
  try {
    return Number(readFileSync('/run/docker.pid', 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Removes a folder of the check with what it has mounted there. Anything else than its own folder is refused.
 *
 * @param {string} folder
 * @param {Elevate} elevate
 */
export async function removeScratch(folder, elevate) {
  if (!/^\/tmp\/dind-station-check-[A-Za-z0-9]+$/.test(folder)) return;
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((place) => place.startsWith(`${folder}/`));
  for (const place of mounts.toReversed()) await run(elevate(['umount', place]));
  await runOrRefuse(`removing ${folder}`, elevate(['rm', '-rf', '--one-file-system', '--', folder]));
}
