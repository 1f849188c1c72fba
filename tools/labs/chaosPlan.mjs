import * as fc from 'fast-check';

/** @import { ChaosFault } from '../../test/chaos/faults.mjs' */

/**
 * One round: what befalls the station, how long between the two, and the part of a second that is inside a fault.
 * @typedef {{ faults: ChaosFault[], gapMs: number, delay: string }} Planned
 */

/**
 * Random rounds; the same seed gives the same ones. A third of them are two faults at once.
 *
 * @param {readonly ChaosFault[]} faults at least one
 * @param {number} count
 * @param {number} seed
 * @returns {Planned[]}
 */
export function planChaos(faults, count, seed) {
  const fault = fc.constantFrom(...faults);
  const round = fc.record({
    first: fault,
    second: fault,
    two: fc.nat({ max: 2 }),
    gapMs: fc.nat({ max: 800 }),
    delayMs: fc.nat({ max: 999 }),
  });
  // No bias: fast-check would begin with the smallest values.
  return fc.sample(fc.noBias(round), { seed, numRuns: count }).map(({ first, second, two, gapMs, delayMs }) => ({
    faults: two > 0 || first.alone || second.alone ? [first] : [first, second],
    gapMs,
    delay: `0.${String(delayMs).padStart(3, '0')}`,
  }));
}
