import { describe, expect, test } from 'vitest';
import { planChaos } from '../../../tools/labs/chaosPlan.mjs';
import { difference, isGood, sumLine, table } from '../../../tools/labs/chaosSummary.mjs';
import { chaosFaults } from '../../chaos/faults.mjs';

/** @import { Round } from '../../../tools/labs/chaosSummary.mjs' */

describe('the plan of a chaos', () => {
  const plan = planChaos(chaosFaults, 300, 7);

  test('the same seed gives the same rounds, another seed others', () => {
    expect(planChaos(chaosFaults, 300, 7)).toEqual(plan);
    expect(planChaos(chaosFaults, 300, 8)).not.toEqual(plan);
  });

  test('every fault comes, about a third of the rounds have two, and some faults stay alone', () => {
    const names = plan.flatMap(({ faults }) => faults.map(({ name }) => name));
    expect(new Set(names).size).toBe(chaosFaults.length);
    const two = plan.filter(({ faults }) => faults.length === 2);
    expect(two.length).toBeGreaterThan(50);
    expect(two.length).toBeLessThan(130);
    expect(two.some(({ faults }) => faults.some(({ alone }) => alone === true))).toBe(false);
  });

  test('the delay is a part of a second that a shell can sleep', () => {
    for (const { delay, gapMs } of plan) {
      expect(delay).toMatch(/^0\.\d{3}$/);
      expect(gapMs).toBeLessThanOrEqual(800);
    }
  });
});

describe('what came of it', () => {
  /** @type {Round} */
  const good = { faults: ['a'], back: 'by itself', ms: 300, problems: [], changed: [] };
  /** @type {Round} */
  const lost = { ...good, faults: ['a', 'b'], ms: 900, changed: ['- volume data'] };
  /** @type {Round} */
  const left = { ...good, faults: ['b'], back: 'after a restart', ms: 16_000, changed: ['+ mount /x'] };

  test('what is gone and what has come', () => {
    expect(difference(['a', 'b'], ['b', 'c'])).toEqual(['- a', '+ c']);
    expect(difference(['a'], ['a'])).toEqual([]);
  });

  test.each([
    [good, true],
    [{ ...good, back: /** @type {const} */ ('after a restart') }, true],
    [lost, false],
    [left, false],
    [{ ...good, back: /** @type {const} */ ('never') }, false],
    [{ ...good, problems: ['a could not be made'] }, false],
  ])('%j is good: %j', (round, is) => expect(isGood(round)).toBe(is));

  test('a line for each fault, with both rounds of one that came twice', () => {
    const lines = table([good, lost, left]).split('\n');
    expect(lines.slice(2)).toEqual([
      '| a | 2 | 2 | 0 | 0 | 900 | 900 | 1 |',
      '| b | 2 | 1 | 1 | 0 | 16000 | 16000 | 2 |',
    ]);
  });

  test('the sum', () => {
    expect(sumLine([good, lost, left])).toBe(
      '3 rounds: 2 back by itself, 1 after a restart, 0 never; something was lost in 1, left behind in 1; not made: 0',
    );
  });
});
