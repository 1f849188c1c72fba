// P1: how long after the helper was asked the daemon answers, against a dockerd started by hand with the same flags on
// the same data root; and how long after the daemon answers the helper notices.
import { askHelper, bareDaemon, endDaemon, firstPing, prepareUser, requireSandbox } from './engine.mjs';
import { summarize } from './stats.mjs';

requireSandbox();
const user = prepareUser();
const runs = Number(process.env['BENCH_RUNS'] ?? 15);
const bare = [];
const ours = [];
const noticed = [];
const managed = [];

// One of each before anything counts: the first start fills the page cache and the data root.
for (let run = -1; run < runs; run += 1) {
  const began = performance.now();
  const daemon = bareDaemon([]);
  const bareReady = await firstPing();
  await endDaemon(daemon);

  const ready = firstPing();
  const helper = await askHelper('start', user);
  if (helper.result.code !== 'started') throw new Error(`${helper.result.message} ${helper.result.cause}`);
  const oursReady = await ready;
  await askHelper('stop', user);
  if (run < 0) continue;
  bare.push(bareReady - began);
  ours.push(oursReady - helper.asked);
  noticed.push(helper.ready - oursReady);
  managed.push(helper.ended - helper.asked);
}

const a = summarize(ours);
const b = summarize(bare);
const lag = summarize(noticed);
const ratio = a.median / b.median;
/** @type {import('./stats.mjs').Row[]} */
const rows = [
  {
    id: 'P1',
    what: 'cold start: asked -> first ping answered',
    ours: a,
    reference: b,
    referenceIs: 'dockerd by hand, same flags, same data root',
    verdict: `${ratio.toFixed(2)} x`,
    target: '<= 1.10 x',
    reached: ratio <= 1.1,
  },
  {
    id: 'P1',
    what: 'readiness noticed after the daemon is ready',
    ours: lag,
    verdict: `${lag.median} ms, p95 ${lag.p95} ms`,
    target: '<= 5 ms',
    reached: lag.median <= 5,
  },
  {
    id: 'P1',
    what: 'cold start: asked -> the helper has verified and reported',
    ours: summarize(managed),
    reference: b,
    referenceIs: 'dockerd by hand, first ping',
    verdict: `${(summarize(managed).median / b.median).toFixed(2)} x`,
    target: 'told',
    reached: true,
  },
];
console.log(JSON.stringify(rows));
