import {
  appendFileSync,
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogFollower, type LogFollowing, type LogNotice } from '../../../src/host/logFollower';
import { readLogTail } from '../../../src/host/logTail';

let folder: string;
let path: string;
let follower: LogFollower | undefined;
let lines: string[];
let notices: LogNotice[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  path = join(folder, 'dockerd.log');
  lines = [];
  notices = [];
});
afterEach(() => {
  follower?.dispose();
  follower = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function follow(more: Partial<LogFollowing> = {}): void {
  follower = new LogFollower({
    path,
    from: 'start',
    onLines: (more) => lines.push(...more),
    onNotice: (notice) => notices.push(notice),
    ...more,
  });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 4000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not in 4 s; lines: ${JSON.stringify(lines)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const kinds = (): string[] => notices.map((notice) => notice.kind);

describe('the tail', () => {
  test('begins at a whole line and says that more is above', async () => {
    writeFileSync(path, 'first line\nsecond\nthird\n');
    expect(await readLogTail(path, 13)).toMatchObject({ lines: ['second', 'third'], cut: true });
    expect((await readLogTail(path, 12)).lines).toEqual(['third']);
    const whole = await readLogTail(path, 1000);
    expect(whole).toMatchObject({ lines: ['first line', 'second', 'third'], cut: false });
    expect(whole.position.offset).toBe(statSync(path).size);
    expect(whole.unfinished).toBeUndefined();
  });

  test('keeps a line apart that has no end yet, and goes on at its start', async () => {
    writeFileSync(path, 'one\ntw');
    const tail = await readLogTail(path, 1000);
    expect(tail).toMatchObject({ lines: ['one'], unfinished: 'tw' });
    expect(tail.position.offset).toBe(4);
    follow({ from: tail.position });
    appendFileSync(path, 'o\nthree\n');
    await until(() => lines.length === 2);
    expect(lines).toEqual(['two', 'three']);
  });

  test('of an empty file is empty, of none is ENOENT', async () => {
    writeFileSync(path, '');
    expect(await readLogTail(path, 10)).toMatchObject({ lines: [], cut: false });
    await expect(readLogTail(`${path}.none`, 10)).rejects.toThrow(/ENOENT/);
  });

  test('of a file of 1 GB costs no gigabyte', async () => {
    const file = openSync(path, 'w');
    const end = 'time="t" level=info msg="the last line"\n';
    ftruncateSync(file, 1_000_000_000);
    writeSync(file, `\n${end}`, 1_000_000_000);
    closeSync(file);
    const before = process.memoryUsage().rss;
    const began = Date.now();
    const tail = await readLogTail(path, 4096);
    expect(tail.lines).toEqual([end.trimEnd()]);
    expect(Date.now() - began).toBeLessThan(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });
});

describe('following', () => {
  test('gives what is there and what is appended, in order', async () => {
    writeFileSync(path, 'a\nb\n');
    follow();
    await until(() => lines.length === 2);
    appendFileSync(path, 'c\nd');
    appendFileSync(path, 'd\n€');
    await until(() => lines.length === 4);
    expect(lines).toEqual(['a', 'b', 'c', 'dd']);
    appendFileSync(path, '\n');
    await until(() => lines.length === 5);
    expect(lines[4]).toBe('€');
    expect(notices).toEqual([]);
  });

  test('a character that is written in two halves arrives whole', async () => {
    writeFileSync(path, '');
    follow();
    const bytes = Buffer.from('grün\n');
    appendFileSync(path, bytes.subarray(0, 3));
    await new Promise((resolve) => setTimeout(resolve, 80));
    appendFileSync(path, bytes.subarray(3));
    await until(() => lines.length === 1);
    expect(lines).toEqual(['grün']);
  });

  test('rotation by rename: the old file to its end, then the new one, nothing twice', async () => {
    writeFileSync(path, 'one\n');
    follow();
    await until(() => lines.length === 1);
    appendFileSync(path, 'two\nunfinished');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'three\n');
    await until(() => lines.length === 4);
    expect(lines).toEqual(['one', 'two', 'unfinished', 'three']);
    expect(kinds()).toEqual(['rotated']);
    appendFileSync(`${path}.1`, 'late\n');
    appendFileSync(path, 'four\n');
    await until(() => lines.includes('four'));
    expect(lines).not.toContain('late');
  });

  test('between rename and the new file, the old one still counts', async () => {
    writeFileSync(path, 'one\n');
    follow();
    await until(() => lines.length === 1);
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, 'still\n');
    await until(() => lines.length === 2);
    writeFileSync(path, 'new\n');
    await until(() => lines.length === 3);
    expect(lines).toEqual(['one', 'still', 'new']);
  });

  test('rotation by copying: a shorter file is read from its start, each time', async () => {
    writeFileSync(path, 'one\ntwo\nthree\n');
    follow();
    await until(() => lines.length === 3);
    truncateSync(path, 0);
    appendFileSync(path, '4\n');
    await until(() => lines.includes('4'));
    truncateSync(path, 0);
    await until(() => kinds().length === 2);
    appendFileSync(path, '5\n');
    await until(() => lines.includes('5'));
    expect(lines).toEqual(['one', 'two', 'three', '4', '5']);
    expect(kinds()).toEqual(['truncated', 'truncated']);
  });

  test('a file that is not there yet is awaited, and told of once', async () => {
    follow();
    await until(() => kinds().length === 1);
    writeFileSync(join(folder, 'other'), '');
    writeFileSync(`${path}.x`, '');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(kinds()).toEqual(['absent']);
    writeFileSync(path, 'born\n');
    await until(() => lines.length === 1);
    expect(lines).toEqual(['born']);
  });

  test('a position of another file is not applied to this one', async () => {
    writeFileSync(path, 'longer than the next one\n');
    const { position } = await readLogTail(path, 10);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'and that one is longer still\nx\n');
    follow({ from: position });
    await until(() => lines.length === 2);
    expect(lines).toEqual(['and that one is longer still', 'x']);
    expect(notices).toEqual([]);
  });

  test('without a watch it looks now and then, until the folder can be watched', async () => {
    let attempts = 0;
    follow({
      pollMs: 30,
      watchFolder: (() => {
        attempts += 1;
        throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' });
      }) as unknown as NonNullable<LogFollowing['watchFolder']>,
    });
    writeFileSync(path, 'polled\n');
    await until(() => lines.length === 1);
    appendFileSync(path, 'again\n');
    await until(() => lines.length === 2);
    expect(attempts).toBeGreaterThan(1);
  });

  test('a folder that comes later', async () => {
    path = join(folder, 'later', 'dockerd.log');
    follow({ pollMs: 30 });
    await until(() => kinds().length === 1);
    mkdirSync(join(folder, 'later'));
    writeFileSync(path, 'here\n');
    await until(() => lines.length === 1);
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is told of, and read when it may', async () => {
    writeFileSync(path, 'secret\n');
    chmodSync(path, 0o000);
    follow({ pollMs: 30 });
    await until(() => kinds().includes('unreadable'));
    chmodSync(path, 0o600);
    await until(() => lines.length === 1);
  });

  test('a large backlog arrives whole', async () => {
    const count = 60_000;
    writeFileSync(
      path,
      Array.from({ length: count }, (_, index) => `line ${String(index)} ${'x'.repeat(60)}`).join('\n') + '\n',
    );
    follow();
    await until(() => lines.length === count);
    expect(lines[count - 1]).toMatch(/^line 59999 /);
  });

  test('is silent once it is disposed', async () => {
    writeFileSync(path, 'a\n');
    follow();
    await until(() => lines.length === 1);
    follower?.dispose();
    appendFileSync(path, 'b\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lines).toEqual(['a']);
  });
});
