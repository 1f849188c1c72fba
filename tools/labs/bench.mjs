// Measurements, each against a reference of the same run: `npm run bench`, or `npm run bench -- start restart`.
import { writeFileSync } from 'node:fs';
import { loadavg, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { withSandbox } from '../lib/sandbox.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { prepareBench } from '../test/prepare.mjs';

/** @typedef {import('../../bench/stats.mjs').Row} Row */

const resultsFile = fileURLToPath(new URL('../../bench/results.json', import.meta.url));
const names = ['start', 'ways', 'tls', 'restart', 'death', 'activation', 'limits', 'verdicts', 'doctor', 'proof'];
/** Variables that a measurement may be given. */
const passedOn = ['BENCH_RUNS', 'BENCH_CRASHES', 'BENCH_OFFICIAL', 'BENCH_CONTAINERS'];

/** @param {Row} row */
function tableRow(row) {
  const series = (/** @type {import('../../bench/stats.mjs').Summary | undefined} */ s) =>
    s === undefined ? '' : `${s.min} / ${s.median} / ${s.p95} (n ${s.n})`;
  return {
    id: row.id,
    what: row.what,
    'ours, min / median / p95 ms': series(row.ours),
    'reference, min / median / p95 ms': series(row.reference),
    'the reference is': row.referenceIs ?? '',
    verdict: row.verdict,
    target: row.target,
    reached: row.reached ? 'yes' : 'NO',
  };
}

/** @type {import('../lib/lab.mjs').Lab<object, string, readonly Row[]>} */
export const lab = {
  name: 'bench',
  usage: '[-- NAME...]',
  about: `Measures inside a private container and prints, for each target, ours beside a reference of the same run.
The rows are also kept in bench/results.json. Nothing fails on a slow machine.

  start       P1  cold start, and how soon it is noticed
  ways        P2  cold start against a waiting loop and Docker's own entrypoint (BENCH_OFFICIAL=FOLDER, where
              dockerd-entrypoint.sh and dind lie)
  tls         P12 what TLS adds to a first start
  restart     P3  restart with containers; P4  restart after kill -9
  death       P5  a death noticed and shown; P6  a frozen dockerd or containerd noticed
  activation  P8  what the extension costs the editor, and sizes
  limits      P11 every proof of a resource limit and its control
  verdicts    C1  CPU proofs under load, limit on and off; C2  memory proofs: how many verdicts are false
  doctor      P9  a whole diagnosis, warm and as a command; P10  beside many containers, mounts and a log of a gigabyte
  proof       P16 after a start, until it is known that containers run`,
  choices: { noun: 'measurement', names, hint: `there are: ${names.join(', ')}` },
  root: 'the measurements run in a private container, which needs root.',
  prepare: ({ signal, elevate, progress }) =>
    progress.step('preparing', ({ detail }) => prepareBench({ signal, elevate, detail })),
  rows: ({ chosen }) => chosen,
  title: (name) => `${name} (load ${(loadavg()[0] ?? 0).toFixed(1)})`,
  run: (name, { elevate, signal }) =>
    withSandbox({ name: `bench-${name}`, elevate, signal }, async (sandbox) => {
      const runs = passedOn.flatMap((key) => (process.env[key] === undefined ? [] : [`${key}=${process.env[key]}`]));
      const { code, stdout, stderr } = await sandbox.run(['env', ...runs, process.execPath, `bench/${name}.mjs`]);
      if (code !== 0) throw new Refusal(`bench/${name}.mjs ended with status ${code}:\n${stderr || stdout}`);
      return /** @type {Row[]} */ (JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '[]'));
    }),
  keep: (results) => {
    const kept = { kernel: release(), load: loadavg(), when: new Date().toISOString(), rows: results.flat() };
    writeFileSync(resultsFile, `${JSON.stringify(kept, undefined, 2)}\n`);
  },
  show: (results) => {
    const load = loadavg().map((value) => value.toFixed(1));
    console.log(`kernel ${release()}, load ${load.join(' ')}, node ${process.version}`);
    console.table(results.flat().map(tableRow));
  },
  // Nothing fails on a slow machine.
  judge: () => true,
};
