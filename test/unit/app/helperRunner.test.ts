import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HelperRunner } from '../../../src/app/helperRunner';

// Nothing here runs a verb: that would be the helper of the machine that the tests run on.

function runner(bundledFolder: string) {
  const logged: string[] = [];
  const log = { info: (text: string) => logged.push(text), error: (text: string) => logged.push(text) };
  const environment = { HOME: '/home/ada' };
  return {
    logged,
    helper: new HelperRunner({ bundledFolder, environment, terminal: true, rootless: () => false, log }),
  };
}

test('a program without its scripts cannot be compared with what is installed, and says so', async () => {
  const { helper, logged } = runner('/nonexistent');
  expect(await helper.installed()).toMatchObject({
    status: 'unknown',
    why: expect.stringMatching(/^the copy that comes with this program cannot be read: ENOENT/),
  });
  expect(logged).toEqual([expect.stringMatching(/^The bundled helper cannot be read: Error: ENOENT/)]);
});

test('what is installed is logged', async () => {
  const { helper, logged } = runner(join(__dirname, '../../../scripts'));
  const installed = await helper.installed();
  expect(logged).toEqual([`The installed helper: ${JSON.stringify(installed)}`]);
});

test('nobody is asked for a password to read facts, also where somebody sits at a terminal', async () => {
  const { helper } = runner('/nonexistent');
  expect(await helper.forFacts()).toMatchObject({ terminal: false, environment: { HOME: '/home/ada' } });
});
