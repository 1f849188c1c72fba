// P3: a restart with containers running, against TERM, wait, start by hand with a managed containerd.
// P4: a restart after kill -9 where PID 1 does not reap, against dockerd by hand, which gives up after 15 s.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import {
  askHelper,
  bareDaemon,
  endDaemon,
  firstPing,
  identity,
  pidsOf,
  prepareUser,
  requireSandbox,
  sleeper,
} from './engine.mjs';
import { summarize } from './stats.mjs';

requireSandbox();
const user = prepareUser();
const runs = Number(process.env['BENCH_RUNS'] ?? 15);
const crashes = Number(process.env['BENCH_CRASHES'] ?? 100);

/** @param {string} verb */
async function must(verb) {
  const answer = await askHelper(verb, user);
  if (!answer.result.ok) throw new Error(`${verb}: ${answer.result.message} ${answer.result.cause}`);
  return answer;
}

// By hand first: three containers, then TERM, wait for the exit, start, first ping.
const byHand = [];
let daemon = bareDaemon([]);
await firstPing();
for (const name of ['one', 'two', 'three']) sleeper(name);
for (let run = -1; run < runs; run += 1) {
  const began = performance.now();
  await endDaemon(daemon);
  daemon = bareDaemon([]);
  const ready = await firstPing();
  if (run >= 0) byHand.push(ready - began);
}
await endDaemon(daemon);

// The same containers, now under the helper.
await must('start');
const before = ['one', 'two', 'three'].map(identity).join();
const restarts = [];
for (let run = -1; run < runs; run += 1) {
  const { asked, ended } = await must('restart');
  if (run >= 0) restarts.push(ended - asked);
}
const kept = ['one', 'two', 'three'].map(identity).join() === before;

const healed = [];
let failures = 0;
for (let run = 0; run < crashes; run += 1) {
  const [victim, ...more] = pidsOf('dockerd');
  if (victim === undefined || more.length > 0) throw new Error('not exactly one daemon runs');
  process.kill(victim, 'SIGKILL');
  const { asked, ended, result } = await askHelper('restart', user);
  if (!result.ok) failures += 1;
  healed.push(ended - asked);
}
const keptByCrashes = ['one', 'two', 'three'].map(identity).join() === before;
await must('stop');

// By hand: the daemon's containerd dies with it and, unreaped, keeps its number alive.
const givenUp = [];
for (const pid of [...pidsOf('containerd-shim'), ...pidsOf('containerd')]) process.kill(pid, 'SIGKILL');
rmSync('/var/run/docker/containerd/containerd.pid', { force: true });
const first = bareDaemon([]);
await firstPing();
first.kill('SIGKILL');
await once(first, 'exit');
const began = performance.now();
const second = bareDaemon([]);
const answered = new AbortController();
const outcome = await Promise.race([
  once(second, 'exit').then(([code]) => `ended with status ${code}`),
  firstPing(answered.signal).then(
    () => 'answered',
    () => '',
  ),
]);
givenUp.push(performance.now() - began);
answered.abort();
second.kill('SIGKILL');

const a = summarize(restarts);
const b = summarize(byHand);
const c = summarize(healed);
/** @type {import('./stats.mjs').Row[]} */
const rows = [
  {
    id: 'P3',
    what: 'restart with 3 containers running',
    ours: a,
    reference: b,
    referenceIs: 'TERM, wait, dockerd by hand with managed containerd',
    verdict: `${(a.median / b.median).toFixed(2)} x, containers ${kept ? 'kept' : 'LOST'}`,
    target: '<= 0.6 x, containers keep running',
    reached: a.median / b.median <= 0.6 && kept,
  },
  {
    id: 'P4',
    what: 'restart after kill -9, PID 1 not reaping',
    ours: c,
    reference: summarize(givenUp),
    referenceIs: `dockerd by hand: ${outcome}`,
    verdict: `${crashes - failures} of ${crashes}, slowest ${c.max} ms, containers ${keptByCrashes ? 'kept' : 'LOST'}`,
    target: 'all succeed, < 1 s',
    reached: failures === 0 && c.max < 1000 && keptByCrashes,
  },
];
console.log(JSON.stringify(rows));
