#!/usr/bin/env node
// Measurements, each against a reference of the same run: `npm run bench`, or `npm run bench -- start restart`.
import { writeFileSync } from 'node:fs';
import { loadavg, release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withBed } from './lib/bed.mjs';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { prepareBench } from './test/prepare.mjs';

/** @typedef {import('../bench/stats.mjs').Row} Row */

const root = fileURLToPath(new URL('..', import.meta.url));
const resultsFile = join(root, 'bench', 'results.json');
const names = ['start', 'ways', 'tls', 'restart', 'death', 'activation', 'limits', 'verdicts', 'doctor'];
/** Variables that a measurement may be given. */
const passedOn = ['BENCH_RUNS', 'BENCH_CRASHES', 'BENCH_OFFICIAL', 'BENCH_CONTAINERS'];

const help = `usage: npm run bench [-- NAME...]

Measures inside a private container and prints, for each target, ours beside a reference of the same run.
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
  doctor      P9  a whole diagnosis, warm and as a command; P10  beside many containers, mounts and a log of a gigabyte`;

/** @param {Row} row */
function tableRow(row) {
  const series = (/** @type {import('../bench/stats.mjs').Summary | undefined} */ s) =>
    s === undefined ? '' : `${s.median} / ${s.p95} (n ${s.n})`;
  return {
    id: row.id,
    what: row.what,
    'ours, median / p95 ms': series(row.ours),
    'reference, median / p95 ms': series(row.reference),
    'the reference is': row.referenceIs ?? '',
    verdict: row.verdict,
    target: row.target,
    reached: row.reached ? 'yes' : 'NO',
  };
}

await runEntry('bench', async (signal) => {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const chosen = positionals.length > 0 ? positionals : names;
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Refusal(`there is no measurement ${unknown}; there are: ${names.join(', ')}.`, 2);

  const progress = createProgress(process.stderr);
  const elevate = await findElevation(signal);
  if (elevate === undefined) throw new Refusal('the measurements run in a private container, which needs root.');
  await progress.step('preparing', ({ detail }) => prepareBench({ signal, elevate, detail }));

  /** @type {Row[]} */
  const rows = [];
  for (const name of chosen) {
    const load = loadavg()[0] ?? 0;
    const measured = await progress.step(`${name} (load ${load.toFixed(1)})`, () =>
      withBed({ name: `bench-${name}`, elevate, signal }, async (bed) => {
        const runs = passedOn.flatMap((key) => (process.env[key] === undefined ? [] : [`${key}=${process.env[key]}`]));
        const { code, stdout, stderr } = await bed.run(['env', ...runs, process.execPath, `bench/${name}.mjs`]);
        if (code !== 0) throw new Refusal(`bench/${name}.mjs ended with status ${code}:\n${stderr || stdout}`);
        return /** @type {Row[]} */ (JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '[]'));
      }),
    );
    rows.push(...measured);
  }
  console.log(
    `kernel ${release()}, load ${loadavg()
      .map((value) => value.toFixed(1))
      .join(' ')}, node ${process.version}`,
  );
  console.table(rows.map(tableRow));
  writeFileSync(
    resultsFile,
    `${JSON.stringify({ kernel: release(), load: loadavg(), when: new Date().toISOString(), rows }, undefined, 2)}\n`,
  );
  return 0;
});
