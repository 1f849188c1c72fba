import { expect, test } from 'vitest';
import { verifiesIn } from '../../../src/app/verifySwitch';
import { TerminalEnvironment } from '../../../src/vscode/terminalEnvironment';

function collected() {
  const given = new Map<string, string>();
  const options: unknown[] = [];
  const collection = {
    persistent: true,
    replace: (name: string, value: string) => void given.set(name, value),
    delete: (name: string) => void given.delete(name),
    prepend: (name: string, value: string, how: unknown) => options.push([name, value, how]),
  };
  return { given, options, collection };
}

test('terminals of a window in which it is off are told so, and no others', () => {
  const { given, collection } = collected();
  const terminals = new TerminalEnvironment(collection, '/home/coder/bin');
  terminals.verifies(true);
  expect(given.size).toBe(0);
  terminals.verifies(false);
  expect(verifiesIn(Object.fromEntries(given))).toBe(false);
  terminals.verifies(true);
  expect(given.size).toBe(0);
  expect(collection.persistent).toBe(false);
});

test('terminals find the launcher first, also behind start-up files that set PATH anew', () => {
  const { options, collection } = collected();
  new TerminalEnvironment(collection, '/home/coder/bin').verifies(true);
  expect(options).toEqual([
    ['PATH', '/home/coder/bin:', { applyAtProcessCreation: true, applyAtShellIntegration: true }],
  ]);
});
