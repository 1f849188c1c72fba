import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeLauncher } from '../../../src/vscode/launcher';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "it's a launcher "));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A program at a place with blanks and quotes that prints its arguments and how it was run. */
function program(version: string): string {
  const folder = join(root, `extension "${version}"`);
  mkdirSync(folder);
  const path = join(folder, 'cli.js');
  writeFileSync(
    path,
    `console.log(${JSON.stringify(version)}, process.env.ELECTRON_RUN_AS_NODE, ...process.argv.slice(2))`,
  );
  return path;
}

const launched = (path: string, args: readonly string[] = []) =>
  // No node on the PATH, as in an image that has the editor's alone.
  spawnSync(path, args, { env: { PATH: '/nowhere' }, encoding: 'utf8' });

describe('the launcher of dind-station', () => {
  test("runs the extension's command line with the editor's own node, and hands over arguments as they are", async () => {
    const folder = join(root, 'global', 'bin');
    await writeLauncher(folder, { execPath: process.execPath, electron: false, program: program('1.0') });
    const path = join(folder, 'dind-station');
    expect(launched(path, ['logs', 'a b', "$(x) '"])).toMatchObject({
      status: 0,
      stdout: "1.0 undefined logs a b $(x) '\n",
    });
    expect(statSync(path).mode & 0o777).toBe(0o755);
    expect(readdirSync(folder)).toEqual(['dind-station']);
  });

  test('runs an Electron as node', async () => {
    await writeLauncher(root, { execPath: process.execPath, electron: true, program: program('1.0') });
    expect(launched(join(root, 'dind-station')).stdout).toBe('1.0 1\n');
  });

  test('runs another version after an update, and is not written when nothing changed', async () => {
    const parts = { execPath: process.execPath, electron: false };
    const path = join(root, 'dind-station');
    await writeLauncher(root, { ...parts, program: program('1.0') });
    const { ino } = statSync(path);
    await writeLauncher(root, { ...parts, program: join(root, 'extension "1.0"', 'cli.js') });
    expect(statSync(path).ino).toBe(ino);
    await writeLauncher(root, { ...parts, program: program('2.0') });
    expect(launched(path).stdout).toBe('2.0 undefined\n');
  });

  test('says what to do where the extension or the node it was written for is gone', async () => {
    const path = join(root, 'dind-station');
    for (const gone of [
      { execPath: '/nowhere/node', program: program('1.0') },
      { execPath: process.execPath, program: '/nowhere/cli.js' },
    ]) {
      await writeLauncher(root, { ...gone, electron: false });
      const { status, stdout, stderr } = launched(path);
      expect([status, stdout]).toEqual([127, '']);
      expect(stderr).toBe(
        'dind-station: the editor or the extension was updated or removed. Reload the window and try again.\n',
      );
    }
  });

  test('leaves the old one, and nothing beside it, when a new one cannot be written', async () => {
    const parts = { execPath: process.execPath, electron: false };
    await writeLauncher(root, { ...parts, program: '/old/cli.js' });
    const before = readFileSync(join(root, 'dind-station'), 'utf8');
    // Root writes into a closed folder all the same; a folder in the way is one for everybody.
    mkdirSync(join(root, `dind-station.${String(process.pid)}`));
    await expect(writeLauncher(root, { ...parts, program: '/new/cli.js' })).rejects.toThrow('EISDIR');
    expect(readFileSync(join(root, 'dind-station'), 'utf8')).toBe(before);
  });

  test('is a script for any POSIX shell', async () => {
    await writeLauncher(root, { execPath: '/usr/bin/node', electron: false, program: '/x/cli.js' });
    const copy = join(root, 'copy');
    writeFileSync(copy, readFileSync(join(root, 'dind-station')));
    chmodSync(copy, 0o755);
    expect(execFileSync('/bin/sh', ['-n', copy], { encoding: 'utf8' })).toBe('');
  });
});
