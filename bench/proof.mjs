// P16: after a start, how long it takes until it is known that containers run: the background's own trial, against `docker run`
// of the same image by hand, each right after a start of its own.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { askHelper, firstPing, prepareUser, requireSandbox } from './engine.mjs';
import { summarize } from './stats.mjs';

/** @typedef {import('./proofWarm.mjs').Proven} Proven */

requireSandbox();
const user = { ...prepareUser(), env: { ...process.env, HOME: '/home/coder' } };
const runs = Number(process.env['BENCH_RUNS'] ?? 15);
/** As long as the background lets a start settle, so that both are disturbed by the same. */
const settleMs = 300;

const watcher = spawn(process.execPath, ['bench/proofWarm.mjs'], { ...user, stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]();

/** A start with the helper; gives what `during` does once the daemon answers. @template T @param {() => Promise<T>} during */
async function afterStart(during) {
  const done = during();
  const { result } = await askHelper('start', user);
  if (!result.ok) throw new Error(`${result.message} ${result.cause}`);
  const seen = await done;
  await askHelper('stop', user);
  return seen;
}

/** @returns {Promise<Proven>} */
async function inTheBackground() {
  watcher.stdin.write('watch\n');
  const { value } = /** @type {{ value: string | undefined }} */ (await answers.next());
  const proven = /** @type {Proven} */ (JSON.parse(value ?? '{}'));
  if (proven.verdict !== 'yes') throw new Error(`containers do not run: ${value ?? 'the watcher ended'}`);
  return proven;
}

/** Milliseconds of `docker run`. @param {string} image @param {readonly string[]} options */
function dockerRun(image, options) {
  const began = performance.now();
  const argv = ['run', '--rm', '--entrypoint', '', ...options, image, 'sh', '-c', 'exit 42'];
  const { status, stderr } = spawnSync('docker', argv, { ...user, encoding: 'utf8' });
  if (status !== 42) throw new Error(`docker run ended with ${String(status)}: ${stderr}`);
  return performance.now() - began;
}

/** @param {string} image */
async function byHand(image) {
  await firstPing();
  await sleep(settleMs);
  const plain = dockerRun(image, []);
  return { plain, both: plain + dockerRun(image, ['--network', 'none']) };
}

// The first one makes the image, which the data root keeps.
const first = await afterStart(inTheBackground);
const image = await afterStart(async () => {
  await firstPing();
  return execFileSync('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}', 'dind-station/limits'], {
    encoding: 'utf8',
  }).trim();
});

/** @type {{ known: number[], trial: number[], plain: number[], both: number[] }} */
const taken = { known: [], trial: [], plain: [], both: [] };
for (let run = -1; run < runs; run += 1) {
  const { known, trial } = await afterStart(inTheBackground);
  const { plain, both } = await afterStart(() => byHand(image));
  if (run < 0) continue;
  taken.known.push(known);
  taken.trial.push(trial);
  taken.plain.push(plain);
  taken.both.push(both);
}
watcher.stdin.end();

const trial = summarize(taken.trial);
const plain = summarize(taken.plain);
const both = summarize(taken.both);
const known = summarize(taken.known);
const ratio = trial.median / plain.median;
/** @type {import('./stats.mjs').Row[]} */
const rows = [
  {
    id: 'P16',
    what: 'the trial of containers after a start, in the background',
    ours: trial,
    reference: plain,
    referenceIs: 'docker run of the same image by hand, after a start of its own',
    verdict: `${ratio.toFixed(2)} x`,
    target: '<= 1.2 x',
    reached: ratio <= 1.2,
  },
  {
    id: 'P16',
    what: 'the same against two containers by hand, one without a network',
    ours: trial,
    reference: both,
    referenceIs: 'docker run twice',
    verdict: `${(trial.median / both.median).toFixed(2)} x`,
    target: 'told',
    reached: true,
  },
  {
    id: 'P16',
    what: 'first ping answered -> known that containers run',
    ours: known,
    verdict: `${String(known.median)} ms, p95 ${String(known.p95)} ms`,
    target: '<= 1500 ms',
    reached: known.median <= 1500,
  },
  {
    id: 'P16',
    what: 'the same on a data root that has not got the image yet',
    ours: summarize([first.known]),
    verdict: `${first.known.toFixed(0)} ms`,
    target: 'told',
    reached: true,
  },
];
console.log(JSON.stringify(rows));
