import { expect, test } from 'vitest';
import { verifiesIn } from '../../../src/app/verifySwitch';

test('containers are run unasked unless the environment says otherwise', () => {
  for (const off of ['off', 'OFF', ' no ', 'false', '0']) expect(verifiesIn({ DIND_STATION_VERIFY: off })).toBe(false);
  for (const on of ['on', '1', '', 'yes']) expect(verifiesIn({ DIND_STATION_VERIFY: on })).toBe(true);
  expect(verifiesIn({})).toBe(true);
});
