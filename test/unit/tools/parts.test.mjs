import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { run } from '../../../tools/lib/run.mjs';
import { parts, partsTable } from '../../../tools/test/parts.mjs';
import { repository as root } from './folders.mjs';

test('every part is a program that is there, and a command of package.json', () => {
  const commands = Object.values(manifest.scripts).join('\n');
  for (const { argv } of parts) {
    expect(existsSync(join(root, argv[0] ?? ''))).toBe(true);
    expect(commands).toContain(`node ${argv[0] === 'tools/lab.mjs' ? argv.join(' ') : (argv[0] ?? '')}`);
  }
});

test('the table says of each what became of it, how long it took and how it summed itself up', () => {
  const results = [
    { name: 'test', code: 0, wallMs: 600_000, last: '812 passed, 0 failed' },
    { name: 'bad-states', code: 1, wallMs: 1500, last: 'one | as wanted' },
  ];
  expect(partsTable(results)).toBe(
    [
      'part                   result         wall',
      'test                   passed  10 min 00 s  812 passed, 0 failed',
      'bad-states  FAILED (status 1)        1.5 s  one | as wanted',
    ].join('\n'),
  );
});

test('a part that there is not is refused, with those that there are', async () => {
  const { code, stderr } = await run([process.execPath, 'tools/testAll.mjs', 'matrx'], { cwd: root });
  expect(code).toBe(2);
  expect(stderr).toMatch(/there is no part matrx; there are: test, matrix, .*, container/);
});
