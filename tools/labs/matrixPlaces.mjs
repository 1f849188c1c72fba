import { fileURLToPath } from 'node:url';
import { withSandbox } from '../lib/sandbox.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';
import { readCells } from './matrixTable.mjs';

/** @typedef {'20.10' | '26.1' | '28.5'} Engine */

/** The Debian that has an engine. @type {Readonly<Record<Engine, string>>} */
const suites = { '20.10': 'bookworm', 26.1: 'trixie', 28.5: 'forky' };
export const engines = /** @type {const} */ (['20.10', '26.1', '28.5']);
export const cgroupKinds = /** @type {const} */ (['v1', 'v2']);
/** What is around the daemon; with `-naive` it is started without our preparation, to show what that does. */
export const nestings = /** @type {const} */ (['bare', 'nested', 'nested-naive', 'host', 'host-naive']);

/** @typedef {typeof nestings[number]} Nesting */
/** @typedef {typeof cgroupKinds[number]} Cgroups */

/**
 * What a run is asked for, by the names of its options.
 * @typedef {object} Asked
 * @property {readonly Engine[]} engine
 * @property {readonly Cgroups[]} cgroup
 * @property {readonly Nesting[]} nesting
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const sandboxes = fileURLToPath(new URL('../../test/bed', import.meta.url));
const program = 'test/bed/matrix/machine';
const bootSeconds = 60;
/** More than any nesting took in the slowest machine, in seconds. */
const nestingSeconds = 240;

/**
 * Where some nestings of one engine run one after another: a machine of its own, or a sandbox on this one.
 * @typedef {object} Place
 * @property {string} name
 * @property {Engine} engine
 * @property {Cgroups} cgroups
 * @property {'vm' | 'sandbox'} kind
 * @property {readonly Nesting[]} nestings
 */

/**
 * A plain host needs a machine of its own. Containers on v1 are made in a sandbox on this machine, because the kernel of that
 * machine has no memory controller for v1; an unprepared one has nothing to show there that a prepared one has not.
 *
 * @param {Asked} asked
 * @returns {Place[]}
 */
export function places({ engine: engines, cgroup: cgroups, nesting: nestings }) {
  const kinds = /** @type {const} */ ([
    { cgroups: 'v1', kind: 'vm', nestings: ['bare'] },
    { cgroups: 'v1', kind: 'sandbox', nestings: ['nested', 'host', 'host-naive'] },
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
 * @returns {Promise<import('./matrixTable.mjs').Cell[]>}
 */
export async function runPlace(place, { elevate, signal, detail }) {
  const cache = process.env['DIND_STATION_CACHE'];
  // sudo drops the environment.
  const environment = cache === undefined ? [] : ['env', `DIND_STATION_CACHE=${cache}`];
  detail(`the engine ${place.engine}`);
  const fetched = await runOrRefuse(
    `putting the engine ${place.engine} together`,
    elevate([...environment, `${sandboxes}/engine-root`, suites[place.engine]]),
    { signal },
  );
  const engineRoot = fetched.stdout.trim();
  const onLine = (/** @type {string} */ line) => {
    const nesting = /^\{"nesting":"([a-z-]+)"/.exec(line)?.[1];
    if (nesting !== undefined) detail(nesting);
  };
  const argv = [program, ...place.nestings];
  const result =
    place.kind === 'sandbox'
      ? await withSandbox({ name: 'matrix', root: engineRoot, elevate, signal }, (sandbox) =>
          sandbox.run(argv, { onLine }),
        )
      : await run(
          elevate([
            ...environment,
            `${sandboxes}/vm/vm`,
            'run',
            ...['--cgroups', place.cgroups, '--root', engineRoot],
            ...['--timeout', String(bootSeconds + nestingSeconds * place.nestings.length)],
            ...argv,
          ]),
          { cwd: root, signal, onLine },
        );
  return readCells(place, result);
}
