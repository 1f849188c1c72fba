import { fileURLToPath } from 'node:url';
import { withBed } from '../lib/bed.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';
import { suites } from './options.mjs';
import { readCells } from './table.mjs';

/** @typedef {import('./options.mjs').Engine} Engine */
/** @typedef {import('./options.mjs').Nesting} Nesting */
/** @typedef {import('./options.mjs').Cgroups} Cgroups */

const root = fileURLToPath(new URL('../..', import.meta.url));
const beds = fileURLToPath(new URL('../../test/bed', import.meta.url));
const program = 'test/bed/matrix/machine';
const bootSeconds = 60;
/** More than any nesting took in the slowest machine, in seconds. */
const nestingSeconds = 240;

/**
 * Where some nestings of one engine run one after another: a machine of its own, or a bed on this one.
 * @typedef {object} Place
 * @property {string} name
 * @property {Engine} engine
 * @property {Cgroups} cgroups
 * @property {'vm' | 'bed'} kind
 * @property {readonly Nesting[]} nestings
 */

/**
 * A plain host needs a machine of its own. Containers on v1 are made in a bed on this machine, because the kernel of that
 * machine has no memory controller for v1; an unprepared one has nothing to show there that a prepared one has not.
 *
 * @param {import('./options.mjs').MatrixOptions} options
 * @returns {Place[]}
 */
export function places({ engines, cgroups, nestings }) {
  const kinds = /** @type {const} */ ([
    { cgroups: 'v1', kind: 'vm', nestings: ['bare'] },
    { cgroups: 'v1', kind: 'bed', nestings: ['nested', 'host', 'host-naive'] },
    { cgroups: 'v2', kind: 'vm', nestings: ['bare', 'nested', 'nested-naive', 'host', 'host-naive'] },
  ]);
  return engines
    .flatMap((engine) =>
      kinds.map((kind) => ({
        ...kind,
        engine,
        name: `${engine} on ${kind.cgroups}, ${kind.kind === 'vm' ? 'a machine of its own' : 'a bed'}`,
        nestings: kind.nestings.filter((nesting) => nestings.includes(nesting)),
      })),
    )
    .filter((place) => cgroups.includes(place.cgroups) && place.nestings.length > 0);
}

/**
 * @param {Place} place
 * @param {{ elevate: import('../lib/elevation.mjs').Elevate, signal: AbortSignal, detail: (text: string) => void }} context
 * @returns {Promise<import('./table.mjs').Cell[]>}
 */
export async function runPlace(place, { elevate, signal, detail }) {
  const cache = process.env['DIND_STATION_CACHE'];
  // sudo drops the environment.
  const environment = cache === undefined ? [] : ['env', `DIND_STATION_CACHE=${cache}`];
  detail(`the engine ${place.engine}`);
  const fetched = await runOrRefuse(
    `putting the engine ${place.engine} together`,
    elevate([...environment, `${beds}/engine-root`, suites[place.engine]]),
    { signal },
  );
  const engineRoot = fetched.stdout.trim();
  const onLine = (/** @type {string} */ line) => {
    const nesting = /^\{"nesting":"([a-z-]+)"/.exec(line)?.[1];
    if (nesting !== undefined) detail(nesting);
  };
  const argv = [program, ...place.nestings];
  const result =
    place.kind === 'bed'
      ? await withBed({ name: 'matrix', root: engineRoot, elevate, signal }, (bed) => bed.run(argv, { onLine }))
      : await run(
          elevate([
            ...environment,
            `${beds}/vm/vm`,
            'run',
            ...['--cgroups', place.cgroups, '--root', engineRoot],
            ...['--timeout', String(bootSeconds + nestingSeconds * place.nestings.length)],
            ...argv,
          ]),
          { cwd: root, signal, onLine },
        );
  return readCells(place, result);
}
