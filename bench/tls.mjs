// P12: what TLS adds to a first start of ours, on a fresh folder.
import { endAll, ours } from './coldStart.mjs';
import { summarize } from './stats.mjs';

const runs = Number(process.env['BENCH_RUNS'] ?? 7);
/** @type {{ plain: number[], secured: number[] }} */
const series = { plain: [], secured: [] };
await endAll();
// One before anything counts: the first start fills the page cache and the data root.
await ours(false);
for (let run = 0; run < runs; run += 1) {
  series.plain.push(await ours(false));
  series.secured.push(await ours(true));
}
const [plain, secured] = [summarize(series.plain), summarize(series.secured)];
/** @type {import('./stats.mjs').Row[]} */
const rows = [
  {
    id: 'P12',
    what: 'first start with TLS on a fresh folder',
    ours: secured,
    reference: plain,
    referenceIs: 'ours without TLS',
    verdict: `+${Math.round(secured.median - plain.median)} ms`,
    target: '<= +300 ms',
    reached: secured.median - plain.median <= 300,
  },
];
console.log(JSON.stringify(rows));
