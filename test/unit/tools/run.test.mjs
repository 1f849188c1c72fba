import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isAlive, processTree, readProcess } from '../../../tools/lib/processes.mjs';
import { excerpt, run, runOrRefuse } from '../../../tools/lib/run.mjs';
import { ownFolder } from './folders.mjs';

describe('running a program', () => {
  test('status, both outputs, input, lines as they come', async () => {
    /** @type {string[]} */
    const lines = [];
    const result = await run(['sh', '-c', 'cat; echo err >&2; exit 3'], {
      input: 'one\ntwo',
      onLine: (line) => lines.push(line),
    });
    expect(result).toEqual({ code: 3, stdout: 'one\ntwo\n', stderr: 'err\n' });
    expect(lines.sort()).toEqual(['err', 'one', 'two']);
  });

  test('a signal counts as shells count it', async () => {
    expect((await run(['sh', '-c', 'kill -9 $$'])).code).toBe(137);
    expect((await run(['sh', '-c', 'kill -ABRT $$'])).code).toBe(134);
  });

  test('a program that leaves its input unread ends as it wants to', async () => {
    expect((await run(['true'], { input: 'x'.repeat(1_000_000) })).code).toBe(0);
  });

  test('a program that is not there is named', async () => {
    await expect(run(['/no/such/program'])).rejects.toThrow(/cannot run \/no\/such\/program: .*ENOENT/);
  });

  test('one that must succeed says what it was for and what it said', async () => {
    await expect(runOrRefuse('building', ['sh', '-c', 'echo out; echo why >&2; exit 2'])).rejects.toThrow(
      /^building failed: sh .* ended with status 2\nwhy$/,
    );
    await expect(runOrRefuse('building', ['sh', '-c', 'echo out; exit 2'])).rejects.toThrow(/\nout$/);
  });

  test('an abort ends the program and its children', async () => {
    const file = join(ownFolder(), 'pid');
    const ending = new AbortController();
    const running = run(['sh', '-c', 'sleep 60 & echo $! >"$1"; wait', 'sh', file], { signal: ending.signal });
    running.catch(() => undefined);
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') await delay(10);
    const child = readProcess(Number(readFileSync(file, 'utf8')));
    expect(child).toBeDefined();
    ending.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    if (child !== undefined) {
      for (let i = 0; i < 100 && isAlive(child); i += 1) await delay(20);
      expect(isAlive(child)).toBe(false);
    }
  });

  test('nothing is started after an abort', async () => {
    const file = join(ownFolder(), 'made');
    await expect(run(['touch', file], { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
    expect(existsSync(file)).toBe(false);
  });
});

test('a long output is shown by its ends', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  const shown = excerpt(lines.join('\n')).split('\n');
  expect(shown).toHaveLength(21);
  expect(shown.slice(5, 8)).toEqual(['line 5', '[80 lines left out]', 'line 86']);
  expect(excerpt(lines.slice(0, 21).join('\n'))).not.toContain('left out');
});

describe('processes', () => {
  test('this one', () => {
    const self = readProcess(process.pid);
    expect(self).toMatchObject({ pid: process.pid, ppid: process.ppid, zombie: false });
    expect(self !== undefined && isAlive(self)).toBe(true);
  });

  test('another of the same number is not taken for it', () => {
    const self = readProcess(process.pid);
    expect(self !== undefined && isAlive({ ...self, started: '1' })).toBe(false);
  });

  test('none', () => expect(readProcess(2 ** 22 + 1)).toBeUndefined());

  test('everything below one', async () => {
    const running = run(['sh', '-c', 'sh -c "sleep 1; :" & wait']);
    await delay(200);
    const depth = processTree(process.pid);
    expect(depth[0]?.pid).toBe(process.pid);
    // sh, sh, sleep
    expect(depth.length).toBeGreaterThanOrEqual(4);
    await running;
  });
});
