// P2: a cold start against the two usual ways: the loop that waits with chmod and `docker info`, and the entrypoint of
// Docker's own image with TLS on a fresh /certs. P12: what TLS adds to a first start of ours.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { askHelper, firstPing, pidsOf, prepareUser, requireBed } from './engine.mjs';
import { summarize } from './stats.mjs';

requireBed();
const user = prepareUser();
const runs = Number(process.env['BENCH_RUNS'] ?? 7);
/** Not ours and so not kept here: put both scripts of Docker's own image into a folder and name it. */
const scripts = process.env['BENCH_OFFICIAL'] ?? '/usr/local/bin';
const official = `${scripts}/dockerd-entrypoint.sh`;
const certificates = '/run/bench-certs';
const settings = '/etc/dind-station/helper.conf';

/** Ends every daemon in the bed, so that the next start is a cold one. */
async function endAll() {
  await askHelper('stop', user);
  for (const name of ['dockerd', 'containerd']) {
    for (let tries = 0; pidsOf(name).length > 0; tries += 1) {
      for (const pid of pidsOf(name)) process.kill(pid, tries < 400 ? 'SIGTERM' : 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  rmSync('/var/run/docker.sock', { force: true });
}

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

/** @param {boolean} tls @returns {Promise<number>} milliseconds from asking to the first answered ping */
async function ours(tls) {
  rmSync(certificates, { recursive: true, force: true });
  mkdirSync('/etc/dind-station', { recursive: true });
  writeFileSync(settings, tls ? `tls_certdir=${certificates}\n` : '');
  const ready = firstPing();
  const { asked, result } = await askHelper('start', user);
  if (result.code !== 'started') throw new Error(`${result.message} ${result.cause}`);
  const took = (await ready) - asked;
  await endAll();
  rmSync(settings);
  return took;
}

const series = {
  ours: /** @type {number[]} */ ([]),
  oursTls: /** @type {number[]} */ ([]),
  loop: /** @type {number[]} */ ([]),
  official: /** @type {number[]} */ ([]),
};
await endAll();
// One of ours before anything counts: the first start fills the page cache and the data root.
for (let run = -1; run < runs; run += 1) {
  const [plain, secured] = [await ours(false), await ours(true)];
  if (run < 0) continue;
  series.ours.push(plain);
  series.oursTls.push(secured);
  series.loop.push(await usualLoop());
  await endAll();
  if (existsSync(official)) series.official.push(await officialScript());
}

const [plain, secured, loop] = [series.ours, series.oursTls, series.loop].map(summarize);
if (plain === undefined || secured === undefined || loop === undefined) throw new Error('BENCH_RUNS is 0');
const fasterThan = (/** @type {number[]} */ a, /** @type {number[]} */ b) => a.every((ms, run) => ms < (b[run] ?? 0));
/** @type {import('./stats.mjs').Row[]} */
const rows = [
  {
    id: 'P2',
    what: 'cold start: asked -> first ping answered',
    ours: plain,
    reference: loop,
    referenceIs: 'dockerd, then chmod and docker info every 2 s',
    verdict: `${(loop.median / plain.median).toFixed(1)} x faster`,
    target: '>= 3 x, faster in every run',
    reached: loop.median / plain.median >= 3 && fasterThan(series.ours, series.loop),
  },
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
if (series.official.length > 0) {
  const reference = summarize(series.official);
  rows.push({
    id: 'P2',
    what: 'the same with TLS on a fresh folder',
    ours: secured,
    reference,
    referenceIs: "the entrypoint of Docker's own image",
    verdict: `${(reference.median / secured.median).toFixed(1)} x faster`,
    target: '>= 5 x, faster in every run',
    reached: reference.median / secured.median >= 5 && fasterThan(series.oursTls, series.official),
  });
} else {
  console.error(`There is no ${official}: the second row of P2 is left out. BENCH_OFFICIAL names its folder.`);
}
console.log(JSON.stringify(rows));
