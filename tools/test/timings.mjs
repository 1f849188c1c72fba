import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../lib/cacheFolder.mjs';

/**
 * What a job took when it came to its end. Beside others every job is slowed down, and CPUs that share a core take more time
 * for the same, so the least of the last runs counts, which gives way by a tenth with each one that is more.
 * @typedef {{ readonly wallMs: number, readonly cpuMs: number }} Timing
 */
/** By the id of the job. @typedef {Record<string, Timing>} Timings */

/** Beside the downloads, so that a fresh clone on the same machine has them. */
export const timingsFile = () => join(cacheFolder(), 'test-timings.json');

/**
 * What was kept; nothing when there is no file or it is not one of ours: they only make a run faster.
 *
 * @param {string} [file]
 * @returns {Timings}
 */
export function readTimings(file = timingsFile()) {
  try {
    const read = /** @type {unknown} */ (JSON.parse(readFileSync(file, 'utf8')));
    if (typeof read !== 'object' || read === null) return {};
    return Object.fromEntries(Object.entries(read).filter(([, value]) => isTiming(value)));
  } catch (error) {
    if (error instanceof SyntaxError || /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return {};
    throw error;
  }
}

/**
 * Adds to what is kept. By rename: a second run in another checkout reads a whole file, and of two that end at the same
 * moment one loses its timings and nothing else.
 *
 * @param {Timings} timings
 * @param {string} [file]
 */
export function keepTimings(timings, file = timingsFile()) {
  mkdirSync(join(file, '..'), { recursive: true });
  const before = readTimings(file);
  const all = { ...before };
  for (const [id, { wallMs, cpuMs }] of Object.entries(timings)) {
    const { wallMs: leastWall, cpuMs: leastCpu } = before[id] ?? { wallMs, cpuMs };
    all[id] = {
      wallMs: Math.round(Math.min(wallMs, leastWall * 1.1)),
      cpuMs: Math.round(Math.min(cpuMs, leastCpu * 1.1)),
    };
  }
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(all, undefined, 1)}\n`);
  renameSync(`${file}.${process.pid}`, file);
}

/** @param {unknown} value */
function isTiming(value) {
  const { wallMs, cpuMs } = /** @type {Partial<Timing>} */ (value ?? {});
  return typeof wallMs === 'number' && wallMs > 0 && typeof cpuMs === 'number' && cpuMs >= 0;
}

/** Stages of which each file is a job, that waits for daemons more than it works. */
const perFile = new Set(['scripts', 'v2', 'station']);

/**
 * Jobs with what they took the last time in place of what is expected of their kind. Where the CPUs were wanted by others, a
 * job took longer and seemed to keep fewer busy: one that works all the time is not taken for less than it is.
 *
 * @param {readonly import('./jobs.mjs').Job[]} jobs
 * @param {Timings} timings
 * @returns {import('./jobs.mjs').Job[]}
 */
export function timed(jobs, timings) {
  return jobs.map((job) => {
    const last = timings[job.id];
    if (last === undefined) return job;
    const measured = last.cpuMs / last.wallMs;
    const weight = perFile.has(job.stage) ? measured : Math.max(job.weight, measured);
    return { ...job, wallMs: last.wallMs, weight };
  });
}
