import { expect, test } from 'vitest';
import { leftBehind } from '../../../tools/lib/sandbox.mjs';

test('a sandbox is taken down when its run was killed, and left alone while that run lives', () => {
  const names = ['station-10', 'station-11', 'station', 'station-extra-10', 'e2e-10'];
  expect(leftBehind('station', names, (pid) => pid === 11)).toEqual(['station-10']);
});
