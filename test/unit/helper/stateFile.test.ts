import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isHelperAlive, readHelperFile } from '../../../src/helper/stateFile';
import { helperFile } from '../engine/words';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dind-station-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const path = join(folder, 'state.json');
  writeFileSync(path, text);
  return path;
}

const never = (): boolean => false;

describe("the helper's file", () => {
  test('is read', () => {
    const file = { ...helperFile, pid: process.pid };
    expect(readHelperFile(written(JSON.stringify(file)), never)).toEqual(file);
  });

  test('of an older helper has the usual bound of a run', () => {
    const { maxSeconds: _later, ...older } = { ...helperFile, pid: 0 };
    expect(readHelperFile(written(JSON.stringify(older)), never)).toEqual({ ...older, maxSeconds: 170 });
  });

  test('of a daemon that has exited says so', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const path = written(JSON.stringify({ ...helperFile, pid: child.pid }));
    expect(readHelperFile(path, never)?.daemonGone).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readHelperFile(path, never)?.daemonGone).toBe(true);
  });

  test('of a helper that a signal stopped says so, until it goes on', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'dind-helper'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const helperPid = child.pid ?? 0;
    const path = written(JSON.stringify({ ...helperFile, state: 'starting', helperPid }));
    try {
      child.kill('SIGSTOP');
      await expect.poll(() => readHelperFile(path)?.stopped).toBe(true);
      child.kill('SIGCONT');
      await expect.poll(() => readHelperFile(path)?.stopped).toBeUndefined();
      expect(readHelperFile(path)?.state).toBe('starting');
    } finally {
      child.kill('SIGKILL');
    }
  });

  test.each(['starting', 'stopping', 'restarting'] as const)('%s counts while the helper lives', (state) => {
    const path = written(JSON.stringify({ ...helperFile, state }));
    expect(readHelperFile(path, never)).toBeUndefined();
    expect(readHelperFile(path, (pid) => pid === helperFile.helperPid)?.state).toBe(state);
  });

  test.each(['{', '{}', '', JSON.stringify({ ...helperFile, schema: 2 })])('%j tells nothing', (text) => {
    expect(readHelperFile(written(text), never)).toBeUndefined();
  });

  test('none tells nothing', () => {
    expect(readHelperFile(join(folder, 'none'), never)).toBeUndefined();
    expect(readHelperFile(folder, never)).toBeUndefined();
  });
});

describe('a process', () => {
  test('is a helper by its command line, and no longer when it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'dind-helper'], { stdio: 'ignore' });
    await once(child, 'spawn');
    expect(isHelperAlive(child.pid ?? 0)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isHelperAlive(child.pid ?? 0)).toBe(false);
  });

  test('of the same number that is another program is none', () => {
    expect(isHelperAlive(process.pid)).toBe(false);
  });

  test('that never was is none', () => {
    expect(isHelperAlive(2 ** 22 + 1)).toBe(false);
  });
});
