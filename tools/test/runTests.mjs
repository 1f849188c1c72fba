import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatSeconds } from '../lib/progress.mjs';
import { writeJunit } from './junit.mjs';
import { count } from './outcome.mjs';
import { codeServerCache, prepare } from './prepare.mjs';
import { runAgain, runJob } from './runJob.mjs';
import { runQueue } from './schedule.mjs';
import { busyLine, failedTests, jobName, stageTable, sumLine } from './summary.mjs';
import { keepTimings, readTimings, timed } from './timings.mjs';

/** @typedef {import('./jobs.mjs').Job} Job */
/** @typedef {import('./runJob.mjs').Result} Result */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Most sandboxes at once: each has a daemon, which is about a hundred megabytes. */
const slots = 8;

/**
 * The share of the CPUs that is given out. Weights are averages: a job that waits for a bound of a minute leaves its CPU to
 * others meanwhile, so with exactly all of the CPUs given out a quarter of them was idle.
 */
const share = 1.2;
/** Beside a job that measures time or CPU shares itself none is given out twice. */
const quietShare = 0.95;

/** With more failed jobs than this nothing is run again: then it is not the crowd that they have in common. */
const mostAgain = 8;

/**
 * Whether a job failed that had others beside it. It is run once more with nothing beside it, which tells a fault of ours
 * from a machine that was too busy; that it was run again is told either way. lint, which measures nothing, and start,
 * which has the machine to itself, never are.
 *
 * @param {Result} result
 * @param {ReadonlyMap<import('./jobs.mjs').Need, string>} lacking
 */
export function mayBeLoad({ job, outcome }, lacking) {
  if (job.stage === 'lint' || job.stage === 'start' || job.needs.some((need) => lacking.has(need))) return false;
  return count(outcome.cases).failed > 0;
}

/**
 * Whether the virtual machine under a job ended before its command did, which test/bed/vm/vm says in these words. That says
 * nothing of us, and needs no silence to be done better: the job runs again at once, while the others go on.
 *
 * @param {Pick<Result, 'job' | 'outcome'>} result
 */
export function hasLostMachine({ job, outcome }) {
  return job.place.kind === 'vm' && !outcome.whole && /^vm: the machine ended without a result/m.test(outcome.output);
}

/**
 * Runs the jobs and tells what came of them.
 *
 * @param {readonly Job[]} planned
 * @param {object} context
 * @param {AbortSignal} context.signal
 * @param {import('../lib/elevation.mjs').Elevate} context.elevate
 * @param {boolean} context.keep
 * @param {import('../lib/progress.mjs').Progress} context.progress
 * @returns {Promise<boolean>} whether nothing failed
 */
export async function runTests(planned, { signal, elevate, keep, progress }) {
  const jobs = timed(planned, readTimings());
  const measured = { cpus: availableParallelism(), before: cpuTimes(), began: performance.now() };
  const limits = { cpus: measured.cpus * share, quietCpus: measured.cpus * quietShare, slots };
  /** @type {Result[]} */
  const results = [];
  /** @param {readonly Job[]} queue @param {Omit<Parameters<typeof runJob>[1], 'signal' | 'elevate' | 'keep'>} made */
  const runAll = (queue, made) =>
    progress.step(`${queue.length} jobs`, async ({ detail, note }) => {
      /** @type {Set<Job>} */
      const running = new Set();
      const done = { jobs: 0 };
      const show = () =>
        detail(`${done.jobs} done, running: ${[...running].map(({ stage, label }) => label || stage).join(', ')}`);
      await runQueue(queue, limits, async (job) => {
        running.add(job);
        show();
        const context = { ...made, signal, elevate, keep };
        const first = await runJob(job, context);
        const result = hasLostMachine(first) ? await runAgain(first, context) : first;
        running.delete(job);
        done.jobs += 1;
        results.push(result);
        tell(result, progress.say);
        show();
      });
      const counts = count(results.flatMap(({ outcome }) => outcome.cases));
      note(sumLine(counts), counts.failed === 0);
    });

  // What fails on the machine itself fails in the first minute; and nothing else may run beside it.
  const start = jobs.filter(({ stage }) => stage === 'start');
  const others = jobs.filter(({ stage }) => stage !== 'start');
  if (start.length > 0) await runAll(start, { lacking: new Map(), cache: undefined });
  if (others.length > 0) {
    const needs = [...new Set(others.flatMap((job) => job.needs))];
    const lacking = await prepare(needs, { signal, elevate }, progress);
    const made = { lacking, cache: codeServerCache() };
    await runAll(others, made);
    const failed = results.filter((result) => mayBeLoad(result, lacking));
    if (failed.length > 0 && failed.length <= mostAgain) {
      await progress.step(`${failed.length} once more, by themselves`, async ({ detail }) => {
        for (const result of failed) {
          detail(jobName(result.job));
          const again = await runAgain(result, { ...made, signal, elevate, keep });
          results[results.indexOf(result)] = again;
          tell(again, progress.say);
        }
      });
    }
  }
  rememberTimings(results, progress.say);
  report(results, measured);
  return results.every(({ outcome }) => count(outcome.cases).failed === 0);
}

/**
 * One line of a job that has ended, and the whole output of what failed in it.
 *
 * @param {Result} result
 * @param {(text: string) => void} say
 */
function tell({ job, outcome, wallMs, sandbox }, say) {
  const counts = count(outcome.cases);
  say(`${counts.failed === 0 ? '✓' : '✗'} ${jobName(job)}  ${formatSeconds(wallMs)}  ${sumLine(counts)}`);
  for (const test of outcome.repeated) say(`  failed once and was run again: ${test}`);
  if (counts.failed > 0) say(outcome.output.trimEnd());
  if (sandbox === undefined) return;
  say(`  its sandbox is kept; to look around in it: sudo test/bed/bed run ${sandbox} bash`);
  say(`  to end it: sudo test/bed/bed down ${sandbox}`);
}

/**
 * Keeps what jobs took that came to their end.
 *
 * @param {readonly Result[]} results
 * @param {(text: string) => void} say
 */
function rememberTimings(results, say) {
  const whole = results.filter(({ outcome, cpuMs }) => outcome.whole && outcome.repeated.length === 0 && cpuMs > 0);
  const timings = Object.fromEntries(
    whole.map(({ job, wallMs, cpuMs }) => [job.id, { wallMs: Math.round(wallMs), cpuMs }]),
  );
  try {
    keepTimings(timings);
  } catch (error) {
    say(`The timings of this run cannot be kept, the next one is planned without them: ${String(error)}`);
  }
}

/**
 * @param {readonly Result[]} results
 * @param {{ cpus: number, before: { busy: number, all: number }, began: number }} measured
 */
function report(results, { cpus, before, began }) {
  mkdirSync(join(root, 'test-output'), { recursive: true });
  const suites = results.map(({ job, outcome, wallMs }) => ({
    name: jobName(job),
    cases: outcome.cases,
    seconds: wallMs / 1000,
  }));
  writeFileSync(join(root, 'test-output', 'junit.xml'), writeJunit(suites));
  const failed = failedTests(results);
  if (failed.length > 0) console.log(`\nFailed:\n${failed.map((name) => `  ${name}`).join('\n')}`);
  const after = cpuTimes();
  const wallMs = performance.now() - began;
  const cpuMs = results.reduce((sum, result) => sum + result.cpuMs, 0);
  const busy = (after.busy - before.busy) / Math.max(1, after.all - before.all);
  console.log(`\n${stageTable(results)}\n${busyLine({ cpuMs, wallMs, cpus, busy })}`);
  console.log(`\n${sumLine(count(results.flatMap(({ outcome }) => outcome.cases)))}`);
}

/** What the machine's CPUs have done since it was started, in milliseconds. */
function cpuTimes() {
  const times = cpus().map((cpu) => cpu.times);
  const all = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}
