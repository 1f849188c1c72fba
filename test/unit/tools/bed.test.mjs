import { expect, test } from 'vitest';
import { leftBehind } from '../../../tools/lib/bed.mjs';

test('a sandbox is taken down when its run was killed, and left alone while that run lives', () => {
  const beds = ['station-10', 'station-11', 'station', 'station-extra-10', 'e2e-10'];
  expect(leftBehind('station', beds, (pid) => pid === 11)).toEqual(['station-10']);
});
