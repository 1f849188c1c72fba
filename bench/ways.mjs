// P2: a cold start against the two usual ways: the loop that waits with chmod and `docker info`, and the entrypoint of
// Docker's own image with TLS on a fresh /certs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { certificates, endAll, ours } from './coldStart.mjs';
import { firstPing } from './engine.mjs';
import { summarize } from './stats.mjs';

const runs = Number(process.env['BENCH_RUNS'] ?? 7);
/** Not ours and so not kept here: put both scripts of Docker's own image into a folder and name it. */
const scripts = process.env['BENCH_OFFICIAL'] ?? '/usr/local/bin';
const official = `${scripts}/dockerd-entrypoint.sh`;

/**
 * The usual start script: everything a person waits for until it says that Docker is there.
 *
 * @returns {Promise<number>} milliseconds
 */
async function usualLoop() {
  const began = performance.now();
  const loop = `dockerd >/tmp/loop.log 2>&1 &
    attempt=1
    while [ $attempt -le 30 ]; do
      if chmod 666 /var/run/docker.sock 2>/dev/null && docker info >/dev/null 2>&1; then exit 0; fi
      sleep 2
      attempt=$((attempt + 1))
    done
    exit 1`;
  const script = spawn('sh', ['-c', loop], { stdio: 'ignore' });
  await once(script, 'exit');
  if (script.exitCode !== 0) throw new Error('the usual loop gave up; see /tmp/loop.log in the bed');
  return performance.now() - began;
}

/** @returns {Promise<number>} milliseconds until the first ping is answered */
async function officialScript() {
  rmSync(certificates, { recursive: true, force: true });
  const began = performance.now();
  const child = spawn(official, [], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${scripts}:${process.env['PATH'] ?? ''}`, DOCKER_TLS_CERTDIR: certificates },
  });
  const ready = await firstPing();
  const exited = once(child, 'exit');
  await endAll();
  await exited;
  return ready - began;
}

const series = {
  ours: /** @type {number[]} */ ([]),
  oursTls: /** @type {number[]} */ ([]),
  loop: /** @type {number[]} */ ([]),
  official: /** @type {number[]} */ ([]),
};
await endAll();
// One of ours before anything counts: the first start fills the page cache and the data root.
await ours(false);
for (let run = 0; run < runs; run += 1) {
  series.ours.push(await ours(false));
  series.loop.push(await usualLoop());
  await endAll();
  if (!existsSync(official)) continue;
  series.oursTls.push(await ours(true));
  series.official.push(await officialScript());
}

/**
 * @param {string} what
 * @param {number[]} own
 * @param {number[]} other
 * @param {string} referenceIs
 * @param {number} times how much faster ours is to be
 * @returns {import('./stats.mjs').Row}
 */
function compared(what, own, other, referenceIs, times) {
  const [mine, reference] = [summarize(own), summarize(other)];
  return {
    id: 'P2',
    what,
    ours: mine,
    reference,
    referenceIs,
    verdict: `${(reference.median / mine.median).toFixed(1)} x faster`,
    target: `>= ${times} x, faster in every run`,
    reached: reference.median / mine.median >= times && own.every((ms, run) => ms < (other[run] ?? 0)),
  };
}

const rows = [
  compared(
    'cold start: asked -> first ping answered',
    series.ours,
    series.loop,
    'dockerd, then chmod and docker info every 2 s',
    3,
  ),
];
if (series.official.length > 0) {
  rows.push(
    compared(
      'the same with TLS on a fresh folder',
      series.oursTls,
      series.official,
      "the entrypoint of Docker's own image",
      5,
    ),
  );
} else {
  console.error(`There is no ${official}: the second row of P2 is left out. BENCH_OFFICIAL names its folder.`);
}
console.log(JSON.stringify(rows));
