import { commandPath } from '../../lib/commandPath.mjs';
import { run, runOrRefuse } from '../../lib/run.mjs';

/** @typedef {import('../../lib/elevation.mjs').Elevate} Elevate */

/** The label of everything that a check makes in the engine; its value names the run. */
export const label = 'dind-station.check';

/** @param {import('../record.mjs').Identity} owner */
export const runName = ({ pid, started }) => `${pid}-${started}`;

/** What is removed, in this order: a container holds its network and its image. */
const kinds = [
  { list: ['ps', '--all', '--quiet'], remove: ['rm', '--force', '--volumes'] },
  { list: ['network', 'ls', '--quiet'], remove: ['network', 'rm'] },
  { list: ['images', '--all', '--quiet', '--no-trunc'], remove: ['rmi', '--force'] },
];

/**
 * Removes the containers, networks and images of one run of the check.
 *
 * @param {{ owner: import('../record.mjs').Identity, elevate: Elevate }} options
 * @returns {Promise<number>} how many
 */
export async function removeCheckObjects({ owner, elevate }) {
  const docker = commandPath('docker');
  if (docker === undefined) return 0;
  let count = 0;
  for (const { list, remove } of kinds) {
    const filter = ['--filter', `label=${label}=${runName(owner)}`];
    const { code, stdout } = await run(elevate([docker, ...list, ...filter]));
    // No daemon: nothing of ours runs there.
    if (code !== 0) return count;
    const ids = [...new Set(stdout.split('\n').filter((id) => id !== ''))];
    if (ids.length === 0) continue;
    await runOrRefuse('removing what the check made', elevate([docker, ...remove, ...ids]));
    count += ids.length;
  }
  return count;
}

/**
 * What the engine has: containers, images, networks, volumes.
 *
 * @param {(argv: readonly string[]) => string[]} as
 * @returns {Promise<string[] | undefined>} undefined when the engine does not answer
 */
export async function engineObjects(as) {
  const lists = [
    ['ps', '--all', '--no-trunc', '--format', 'container {{.ID}} {{.Names}}'],
    ['images', '--all', '--no-trunc', '--format', 'image {{.ID}} {{.Repository}}:{{.Tag}}'],
    ['network', 'ls', '--no-trunc', '--format', 'network {{.Name}}'],
    ['volume', 'ls', '--format', 'volume {{.Name}}'],
  ];
  /** @type {string[]} */
  const objects = [];
  for (const list of lists) {
    const { code, stdout } = await run(as(['docker', ...list]));
    if (code !== 0) return undefined;
    objects.push(...stdout.split('\n').filter((line) => line !== ''));
  }
  return objects.toSorted();
}
