/**
 * A measured series as it is reported. Values in milliseconds.
 * @typedef {{ n: number, median: number, p95: number, min: number, max: number }} Summary
 */

/**
 * @param {readonly number[]} values milliseconds, at least one
 * @returns {Summary}
 */
export function summarize(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;
  return { n: sorted.length, median: round(at(0.5)), p95: round(at(0.95)), min: round(at(0)), max: round(at(1)) };
}

/**
 * One line of the table: ours beside the reference of the same run.
 * @typedef {object} Row
 * @property {string} id of the target (`P1`)
 * @property {string} what
 * @property {Summary} [ours] absent for a size
 * @property {Summary} [reference]
 * @property {string} [referenceIs] what the reference is
 * @property {string} verdict the figure the target speaks of: a ratio, a difference, a count
 * @property {string} target
 * @property {boolean} reached
 */
