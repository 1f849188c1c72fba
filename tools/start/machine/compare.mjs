import { areas } from './snapshot.mjs';

/** @typedef {import('./snapshot.mjs').Area} Area */
/** @typedef {import('./snapshot.mjs').Snapshot} Snapshot */

/**
 * One thing that is not as it was.
 * @typedef {object} Difference
 * @property {Area} area
 * @property {'new' | 'gone' | 'changed'} kind
 * @property {string} name
 * @property {string} before
 * @property {string} after
 */

/**
 * What is different after a run, sorted by area and name.
 *
 * @param {Snapshot} before
 * @param {Snapshot} after
 * @returns {Difference[]}
 */
export function compareSnapshots(before, after) {
  return areas.flatMap((area) => {
    const [old, now] = [before[area], after[area]];
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return names.flatMap((name) => {
      const [was, is] = [old[name], now[name]];
      if (was === is) return [];
      const kind = was === undefined ? 'new' : is === undefined ? 'gone' : 'changed';
      return [{ area, kind, name, before: was ?? '', after: is ?? '' }];
    });
  });
}

/**
 * A difference in words: `new docker0 (mtu 1500)`.
 * @param {Difference} difference
 */
export function describeDifference({ kind, name, before, after }) {
  if (kind === 'changed') return `${name}: was "${before}", is "${after}"`;
  const value = kind === 'new' ? after : before;
  return `${kind} ${name}${value === '' ? '' : ` (${value})`}`;
}
