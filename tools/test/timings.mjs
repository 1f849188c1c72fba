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
