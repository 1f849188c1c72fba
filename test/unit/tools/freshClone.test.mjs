import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** As git has it, without a package. */
const clone = mkdtempSync(join(tmpdir(), 'dind-station-clone-'));
for (const path of ['package.json', 'package-lock.json', 'tools', 'scripts', 'src', 'test', 'bench'])
  cpSync(join(root, path), join(clone, path), { recursive: true });
afterAll(() => {
  rmSync(clone, { recursive: true, force: true });
});

const { scripts } = /** @type {{ scripts: Record<string, string> }} */ (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
);
/** The commands that install what they need. */
const commands = Object.values(scripts)
  .map((line) => /^(?:exec )?node (?<rest>tools\/.*)/u.exec(line)?.groups?.['rest'] ?? '')
  .filter((line) => line !== '' && !line.startsWith('tools/lint'));

test.each(commands)('%s says how it is used before any package is installed', (line) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...line.split(' '), '--help'], {
    cwd: clone,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^usage: /u);
  expect(status).toBe(0);
});
