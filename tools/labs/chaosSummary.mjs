import { markdownTable } from '../lib/markdownTable.mjs';

/**
 * What came of one round of faults.
 * @typedef {object} Round
 * @property {string[]} faults their names
 * @property {'by itself' | 'after a restart' | 'never'} back how the station came back
 * @property {string} [why] what was said when it was not back by itself
 * @property {number} ms from the last fault, and what a person did about it, until all was well
 * @property {string[]} problems faults that could not be made
 * @property {string[]} changed what is gone (`- `) and what was left behind (`+ `)
 */

/**
 * @param {readonly string[]} before
 * @param {readonly string[]} after
 * @returns {string[]} what is gone (`- `) and what has come (`+ `)
 */
export function difference(before, after) {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

/** @param {Round} round @returns {boolean} it came back, with everything and nothing more */
export function isGood({ back, problems, changed }) {
  return back !== 'never' && problems.length === 0 && changed.length === 0;
}

/** @param {readonly number[]} sorted @param {number} part */
function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/**
 * A line for each fault: how often it was part of a round, and how it went.
 * @param {readonly Round[]} rounds
 */
export function table(rounds) {
  const names = [...new Set(rounds.flatMap(({ faults }) => faults))].toSorted();
  const rows = names.map((name) => {
    const of = rounds.filter(({ faults }) => faults.includes(name));
    const times = of.map(({ ms }) => ms).toSorted((a, b) => a - b);
    const how = (/** @type {Round['back']} */ back) => of.filter((round) => round.back === back).length;
    const cells = [name, of.length, how('by itself'), how('after a restart'), how('never'), quantile(times, 0.5)];
    return [...cells, times.at(-1) ?? 0, of.filter((round) => !isGood(round)).length];
  });
  return markdownTable(
    ['fault', 'rounds', 'by itself', 'after a restart', 'never', 'median ms', 'longest ms', 'not as wanted'],
    rows,
  );
}

/** @param {readonly Round[]} rounds @returns {string} one line */
export function sumLine(rounds) {
  const how = (/** @type {Round['back']} */ back) => rounds.filter((round) => round.back === back).length;
  const lost = rounds.filter(({ changed }) => changed.some((line) => line.startsWith('-'))).length;
  const left = rounds.filter(({ changed }) => changed.some((line) => line.startsWith('+'))).length;
  const unmade = rounds.filter(({ problems }) => problems.length > 0).length;
  return (
    `${String(rounds.length)} rounds: ${String(how('by itself'))} back by itself, ${String(how('after a restart'))} after a restart, ` +
    `${String(how('never'))} never; something was lost in ${String(lost)}, left behind in ${String(left)}; not made: ${String(unmade)}`
  );
}
