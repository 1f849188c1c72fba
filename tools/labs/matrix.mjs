// Three engines, two kinds of cgroups, three nestings, each with real limits and the kernel's own counters:
// `npm run test:matrix`.
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choice } from '../lib/lab.mjs';
import { buildOutputs } from './buildOutputs.mjs';
import { cgroupKinds, engines, nestings, places, runPlace } from './matrixPlaces.mjs';
import { sumUp, table } from './matrixTable.mjs';

/** @typedef {import('./matrixPlaces.mjs').Asked} Asked */
/** @typedef {import('./matrixPlaces.mjs').Place} Place */
/** @typedef {import('./matrixTable.mjs').Cell} Cell */

const output = fileURLToPath(new URL('../../test-output', import.meta.url));

/** @type {import('../lib/lab.mjs').Lab<Asked, Place, readonly Cell[]>} */
export const lab = {
  name: 'test:matrix',
  usage: '[-- OPTION...]',
  about: `Starts the daemon of each engine in each kind of place and proves with real containers and the kernel's own counters what
becomes of their limits, of a restart and of a kill -9, and whether dind-station doctor finds nothing wrong there, with containerd's
image store too. All of it takes about a quarter of an hour; the engines are fetched from Debian's packages once.

  --engine VERSION   20.10, 26.1, 28.5; may be given more than once; default: all
  --cgroup KIND      v1, v2
  --nesting KIND     bare (a plain host), nested (in a container), host (in a container with the machine's cgroup
                     namespace and a memory limit around it); nested-naive, host-naive: without our preparation
  --help             show this

Exit status: 0 every prepared cell holds, or the kernel has not got what it would need; 1 one does not; 2 usage.`,
  options: { engine: choice(engines), cgroup: choice(cgroupKinds), nesting: choice(nestings) },
  packages: ['engine', 'test', 'bootstrap'],
  prepare: ({ signal, progress }) =>
    progress.step('preparing', async () => {
      await buildOutputs({ signal });
      // The roots of the engines have no Node.js of their own.
      mkdirSync(join(output, 'matrix'), { recursive: true });
      copyFileSync(process.execPath, join(output, 'matrix', 'node'));
      chmodSync(join(output, 'matrix', 'node'), 0o755);
    }),
  root: 'the beds are private containers, which needs root or a sudo that asks for no password.',
  rows: ({ options }) => places(options),
  title: ({ name }) => name,
  run: async (place, context) => {
    const cells = await runPlace(place, context);
    context.note(sumUp(cells).words);
    return cells;
  },
  keep: (results) => {
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, 'matrix.json'), `${JSON.stringify(results.flat(), undefined, 2)}\n`);
  },
  show: (results) => {
    const { passed, failed, unsupported } = sumUp(results.flat());
    console.log(table(results.flat()));
    console.log(`\n${passed} passed, ${failed} failed, ${unsupported} skipped`);
  },
  judge: (results) => sumUp(results.flat()).failed === 0,
};
