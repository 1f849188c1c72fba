import { expect, test } from 'vitest';
import { verifiesIn } from '../../../src/app/verifySwitch';
import { TerminalEnvironment } from '../../../src/vscode/terminalEnvironment';

test('containers are run unasked unless the environment says otherwise', () => {
  for (const off of ['off', 'OFF', ' no ', 'false', '0']) expect(verifiesIn({ DIND_STATION_VERIFY: off })).toBe(false);
  for (const on of ['on', '1', '', 'yes']) expect(verifiesIn({ DIND_STATION_VERIFY: on })).toBe(true);
  expect(verifiesIn({})).toBe(true);
});

test('terminals of a window in which it is off are told so, and no others', () => {
  const given = new Map<string, string>();
  const collection = {
    persistent: true,
    replace: (name: string, value: string) => void given.set(name, value),
    delete: (name: string) => void given.delete(name),
  };
  const terminals = new TerminalEnvironment(collection);
  terminals.verifies(true);
  expect(given.size).toBe(0);
  terminals.verifies(false);
  expect(verifiesIn(Object.fromEntries(given))).toBe(false);
  terminals.verifies(true);
  expect(given.size).toBe(0);
  expect(collection.persistent).toBe(false);
});
