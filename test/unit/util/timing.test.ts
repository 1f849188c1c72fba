import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../../../src/util/timing';

test('grows from 50 ms to 5 s', () => {
  const waits = Array.from({ length: 10 }, (_, attempt) => backoffMs(attempt, () => 0));
  expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test('chance takes a fifth away at most, and goes on for ever', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, chance) => {
      const whole = backoffMs(attempt, () => 0);
      const wait = backoffMs(attempt, () => chance);
      return Number.isInteger(wait) && wait <= whole && wait >= Math.floor(whole * 0.8);
    }),
  );
});

test('two windows do not ask at the same moment', () => {
  expect(backoffMs(7, () => 0.9)).toBeLessThan(backoffMs(7, () => 0.1));
});
