import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcess } from '../../lib/processes.mjs';
import { compareSnapshots, describeDifference } from '../machine/compare.mjs';
import { processKey, takeProcesses } from '../machine/processTable.mjs';
import { areas, takeSnapshot } from '../machine/snapshot.mjs';
import { sortDifferences, sortProcesses } from './exceptions.mjs';
import { engineObjects } from './objects.mjs';

/** @typedef {import('../machine/compare.mjs').Difference} Difference */
/** @typedef {import('../machine/processTable.mjs').SeenProcess} SeenProcess */

/** The kernel removes a network namespace, its links and cgroups a moment after the last process in them, in milliseconds. */
const settleMs = 5000;

/** @type {Record<import('../machine/snapshot.mjs').Area, string>} */
const titles = {
  mounts: 'left behind: mounts',
  cgroups: 'left behind: cgroups',
  network: 'left behind: network links, addresses, routes',
  firewall: 'left behind: firewall rules',
  sysctls: 'left behind: sysctls',
  run: 'left behind: /run',
};

/**
 * Compares this machine with what it was before the run.
 *
 * @param {object} options
 * @param {{ machine: import('../machine/snapshot.mjs').Snapshot,
 *   processes: ReturnType<typeof takeProcesses>, objects: string[] | undefined }} options.before
 * @param {import('../machine/processTable.mjs').ProcessWatch} options.watch
 * @param {import('./checks.mjs').Checks} options.checks
 * @param {import('../../lib/elevation.mjs').Elevate} options.elevate
 * @param {AbortSignal} options.signal
 * @param {boolean} options.foreignDaemon
 * @param {number} options.user
 * @param {readonly string[]} options.prepared
 */
export async function checkLeftovers({ before, watch, checks, elevate, signal, foreignDaemon, user, prepared }) {
  const context = { foreignDaemon, prepared };
  const look = async () => {
    const differences = compareSnapshots(before.machine, await takeSnapshot({ elevate, signal }));
    const processes = sortProcesses({
      before: before.processes,
      after: takeProcesses(),
      own: (key) => watch.has(key),
      self: process.pid,
      user,
    });
    const holder = (/** @type {string} */ folder) => foreignHolder(folder, (key) => watch.has(key));
    return { processes, machine: sortDifferences(differences, context, holder) };
  };
  const deadline = performance.now() + settleMs;
  let found = await look();
  while (found.processes.left.length + found.machine.left.length > 0 && performance.now() < deadline) {
    await delay(200, undefined, { signal });
    found = await look();
  }

  const { left, listed, ended } = found.processes;
  const words = (/** @type {import('../machine/processTable.mjs').SeenProcess} */ { pid, name, args }) =>
    `${pid} ${args === '' ? name : args.slice(0, 120)}`;
  const names = (/** @type {import('../machine/processTable.mjs').SeenProcess} */ { pid, name }) => `${pid} ${name}`;
  await checks.nothingLeft('left behind: processes', {
    left: left.map(words),
    listed: new Map([...listed].map(([reason, ones]) => [reason, ones.map(names)])),
  });
  for (const area of areas) {
    const of = (/** @type {readonly Difference[]} */ ones) => ones.filter((one) => one.area === area);
    /** @type {Map<string, string[]>} */
    const listedHere = new Map();
    for (const [reason, ones] of found.machine.listed) {
      const named = of(ones).map(({ kind, name }) => (kind === 'changed' ? name : `${kind} ${name}`));
      if (named.length > 0) listedHere.set(reason, named);
    }
    await checks.nothingLeft(titles[area], {
      left: of(found.machine.left).map(describeDifference),
      listed: listedHere,
    });
  }
  if (!foreignDaemon) return;
  await checks.run('the daemon that was there before', async () => {
    if (ended.length > 0) throw new Error(`ended: ${ended.map(names).join(', ')}`);
    const now = (await engineObjects((argv) => elevate(argv))) ?? [];
    const old = before.objects ?? [];
    const wrong = [
      ...now.filter((one) => !old.includes(one)).map((one) => `new ${one}`),
      ...old.filter((one) => !now.includes(one)).map((one) => `gone ${one}`),
    ];
    if (wrong.length > 0) throw new Error(wrong.join('\n    '));
    return `runs on, with the ${old.length} containers, images, networks and volumes that it had`;
  });
}

/**
 * A process in a cgroup or below it that is not of this run.
 *
 * @param {string} folder
 * @param {(key: string) => boolean} own
 * @returns {number | undefined}
 */
function foreignHolder(folder, own) {
  try {
    for (const text of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n')) {
      const found = readProcess(Number(text));
      if (text !== '' && found !== undefined && !own(processKey(found))) return found.pid;
    }
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const below = entry.isDirectory() ? foreignHolder(join(folder, entry.name), own) : undefined;
      if (below !== undefined) return below;
    }
  } catch (error) {
    // It went away meanwhile, or is of a kind that lists no processes (a threaded one).
    if (!['ENOENT', 'ENODEV', 'EOPNOTSUPP'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? ''))
      throw error;
  }
  return undefined;
}
