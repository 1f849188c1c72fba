// P11: every proof of a limit with its control, against what people look at today: one sample of `docker stats`.
import { execFileSync } from 'node:child_process';
import { bareDaemon, endDaemon, firstPing, requireSandbox, sleeper } from './engine.mjs';
import { proofsNow } from './proofs.mjs';
import { summarize } from './stats.mjs';

requireSandbox();
const runs = Number(process.env['BENCH_RUNS'] ?? 5);
const daemon = bareDaemon([]);
await firstPing();
sleeper('looked-at');

const whole = [];
const sample = [];
/** @type {string[]} */
const untold = [];
for (let run = 0; run < runs; run += 1) {
  const asked = performance.now();
  execFileSync('docker', ['stats', '--no-stream'], { stdio: 'ignore' });
  sample.push(performance.now() - asked);
  const report = proofsNow([]);
  whole.push(report.ms);
  for (const { id, verdict } of report.results) {
    if (verdict === 'not-enforced' || verdict === 'error') throw new Error(`${id} is ${verdict}`);
    if (verdict !== 'enforced') untold.push(`${id} ${verdict}`);
  }
}
await endDaemon(daemon);

const w = summarize(whole);
const named = [...new Set(untold)].map((name) => `${name} ${untold.filter((other) => other === name).length}x`);
/** @type {import('./stats.mjs').Row[]} */
const rows = [
  {
    id: 'P11',
    what: `every proof and its control (not enforced: none; ${named.join(', ')})`,
    ours: w,
    reference: summarize(sample),
    referenceIs: 'docker stats --no-stream, one sample',
    verdict: `${(w.median / 1000).toFixed(1)} s`,
    target: '<= 20 s',
    reached: w.median <= 20_000,
  },
];
console.log(JSON.stringify(rows));
