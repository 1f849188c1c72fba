import { setTimeout } from 'node:timers/promises';

/**
 * What the queue has to know of a job. `weight` is how many CPUs it keeps busy on average; one that is `alone` measures
 * time or CPU shares itself and must not run beside one that keeps a CPU busy, by its weight or because it is `heavy`.
 * @typedef {{ readonly id: string, readonly wallMs: number, readonly weight: number, readonly alone?: boolean, readonly heavy?: boolean }} Load
 */

/**
 * @template {Load} J
 * @typedef {{ readonly job: J, readonly began: number }} Running
 */

/**
 * `cpus`: how much weight may run at once; `quietCpus`: beside a job that is alone, where it is less. `slots`: how many jobs.
 * @typedef {{ readonly cpus: number, readonly quietCpus?: number, readonly slots: number }} Limits
 */

/** From this weight on a job is taken for one that keeps a CPU busy. */
export const heavyWeight = 0.9;

/**
 * The order in which jobs are tried: those that are alone before all (light ones run beside them, heavy ones wait), then
 * the longest first, so that the end is made of short ones.
 *
 * @template {Load} J
 * @param {readonly J[]} jobs
 * @returns {J[]}
 */
export function inOrder(jobs) {
  return [...jobs].sort((a, b) => Number(b.alone === true) - Number(a.alone === true) || b.wallMs - a.wallMs);
}

/**
 * Whether a job may run beside others. One that is heavier than the whole budget may when nothing runs.
 *
 * @param {Load} job
 * @param {readonly Load[]} others
 * @param {Limits} limits
 */
function fits(job, others, { cpus, quietCpus = cpus, slots }) {
  if (others.length === 0) return true;
  if (others.length >= slots) return false;
  if (job.alone === true && others.some(isHeavy)) return false;
  if (isHeavy(job) && others.some(({ alone }) => alone)) return false;
  // Weights are measured: what adds up to 1.8 in one order must not be 1.8000000000000003 in another.
  const budget = job.alone === true || others.some(({ alone }) => alone) ? quietCpus : cpus;
  return others.reduce((sum, { weight }) => sum + weight, job.weight) <= budget + 1e-6;
}

/** @param {Load} job */
function isHeavy({ weight, heavy }) {
  return heavy === true || weight >= heavyWeight;
}

/**
 * The jobs to start now. The first that does not fit is not passed by for ever: from the expected ends of what runs it is
 * known when it will, and of the jobs behind it only those start that have ended by then or leave it its room (backfilling,
 * as batch schedulers do).
 *
 * @template {Load} J
 * @param {readonly J[]} waiting in the order of `inOrder`
 * @param {readonly Running<J>[]} running
 * @param {Limits} limits
 * @param {number} now
 * @returns {J[]}
 */
export function toStart(waiting, running, limits, now) {
  /** @type {J[]} */
  const started = [];
  /** @type {{ job: J, at: number, beside: readonly J[] } | undefined} */
  let reserved;
  for (const job of waiting) {
    const active = [...running, ...started.map((one) => ({ job: one, began: now }))];
    const others = active.map((one) => one.job);
    if (!fits(job, others, limits)) {
      reserved ??= { job, ...firstRoom(job, active, limits, now) };
    } else if (
      reserved === undefined ||
      now + job.wallMs <= reserved.at ||
      fits(reserved.job, [...reserved.beside, job], limits)
    ) {
      started.push(job);
      if (reserved !== undefined && now + job.wallMs > reserved.at)
        reserved = { ...reserved, beside: [...reserved.beside, job] };
    }
  }
  return started;
}

/**
 * When a job will fit, and beside which of those that run now.
 *
 * @template {Load} J
 * @param {J} job
 * @param {readonly Running<J>[]} active
 * @param {Limits} limits
 * @param {number} now
 */
function firstRoom(job, active, limits, now) {
  // What is late is taken to be late by as much again: a job that hangs must not hold up all others.
  const ends = active
    .map(({ job: one, began }) => ({ job: one, at: now + Math.abs(began + one.wallMs - now) }))
    .sort((a, b) => a.at - b.at);
  for (const [index, { at }] of ends.entries()) {
    const beside = ends.slice(index + 1).map((one) => one.job);
    if (fits(job, beside, limits)) return { at, beside };
  }
  return { at: now, beside: [] };
}

/** How often it is looked whether another job can start, apart from the ends of jobs. */
const lookMs = 5000;

/**
 * Runs all jobs. When one throws, no more are started; those that run are waited for, and then it is thrown.
 *
 * @template {Load} J
 * @param {readonly J[]} jobs
 * @param {Limits} limits
 * @param {(job: J) => Promise<void>} body
 */
export async function runQueue(jobs, limits, body) {
  let waiting = inOrder(jobs);
  /** @type {Map<J, { began: number, done: Promise<void> }>} */
  const running = new Map();
  /** @type {unknown[]} */
  const errors = [];
  while (running.size > 0 || (waiting.length > 0 && errors.length === 0)) {
    if (errors.length === 0) {
      const now = performance.now();
      const active = [...running].map(([job, { began }]) => ({ job, began }));
      const started = toStart(waiting, active, limits, now);
      waiting = waiting.filter((job) => !started.includes(job));
      for (const job of started) {
        const done = body(job)
          .catch((/** @type {unknown} */ error) => void errors.push(error))
          .then(() => void running.delete(job));
        running.set(job, { began: now, done });
      }
    }
    const looking = new AbortController();
    await Promise.race([
      ...[...running.values()].map(({ done }) => done),
      // What is late by more leaves room for more.
      setTimeout(lookMs, undefined, { signal: looking.signal }).catch(() => undefined),
    ]);
    looking.abort();
  }
  if (errors.length > 0) throw errors[0];
}
