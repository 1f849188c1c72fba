import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import { LogFollower } from '../../../src/host/logFollower';
import { readLogTail } from '../../../src/host/logTail';
import { LogView, tailBytes, type LogViewParts } from '../../../src/vscode/logView';

let folder: string;
let path: string;
let view: LogView;

class FakeChannel {
  text = '';
  shows = 0;
  disposed = false;
  append(text: string): void {
    this.text += text;
  }
  appendLine(text: string): void {
    this.append(`${text}\n`);
  }
  clear(): void {
    this.text = '';
  }
  show(): void {
    this.shows += 1;
  }
  dispose(): void {
    this.disposed = true;
  }
}

function open(more: Partial<LogViewParts> = {}): { channel: FakeChannel; created: () => number } {
  const channel = new FakeChannel();
  let count = 0;
  view = new LogView({
    createChannel: () => {
      count += 1;
      return channel;
    },
    path: () => Promise.resolve(path),
    readTail: readLogTail,
    follow: (following) => new LogFollower({ ...following, pollMs: 50 }),
    viaHelper: () => Promise.resolve({ problem: 'not asked' }),
    ...more,
  });
  return { channel, created: () => count };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log view '));
  path = join(folder, 'dockerd.log');
});
afterEach(() => {
  view.dispose();
  rmSync(folder, { recursive: true });
});

describe('LogView', () => {
  test('names the file, shows what is in it and what comes', async () => {
    writeFileSync(path, 'one\ntwo\n');
    let reads = 0;
    const readTail: LogViewParts['readTail'] = async (...place) => {
      reads += 1;
      return readLogTail(...place);
    };
    const { channel, created } = open({ readTail });
    await view.show();
    expect(channel.text).toBe(`# ${path}, followed live.\none\ntwo\n`);
    appendFileSync(path, 'three\n');
    await vi.waitFor(() => expect(channel.text).toMatch(/two\nthree\n$/), 3000);
    await view.show();
    expect(channel.text.match(/three/g)).toHaveLength(1);
    expect([channel.shows, created(), reads]).toEqual([2, 1, 1]);
  });

  test('begins near the end of a large file', async () => {
    writeFileSync(path, `${'x'.repeat(99)}\n`.repeat(50_000) + 'the end\n');
    const { channel } = open();
    await view.show();
    expect(channel.text.length).toBeLessThan(tailBytes + 500);
    expect(channel.text).toContain(`# The last 256 KiB of ${path}, followed live.`);
    expect(channel.text).toMatch(/\nthe end\n$/);
  });

  test('survives rotation', async () => {
    writeFileSync(path, 'old\n');
    const { channel } = open();
    await view.show();
    appendFileSync(path, 'older\n');
    await vi.waitFor(() => expect(channel.text).toContain('older'), 3000);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'new\n');
    await vi.waitFor(() => expect(channel.text).toMatch(/was rotated; the new file follows\.\nnew\n$/), 3000);
  });

  test('says which file it looked for, and takes it when it comes', async () => {
    const { channel } = open();
    await view.show();
    expect(channel.text).toContain(`looked for at ${path}`);
    await vi.waitFor(() => expect(channel.text).toContain('is not there yet'), 3000);
    writeFileSync(path, 'born\n');
    await vi.waitFor(() => expect(channel.text).toContain('born\n'), 3000);
  });

  test('asks the helper for a file this user may not read', async () => {
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    const readTail = () => Promise.reject(denied);
    const { channel } = open({ readTail, viaHelper: () => Promise.resolve({ lines: ['secret', 'lines'] }) });
    await view.show();
    expect(channel.text).toContain('was read through the helper');
    expect(channel.text).toMatch(/\nsecret\nlines\n$/);
    view.dispose();
    const refused = open({ readTail, viaHelper: () => Promise.resolve({ problem: 'sudo has no rule.' }) });
    await view.show();
    expect(refused.channel.text).toContain('the helper did not give it: sudo has no rule.');
  });

  test('reads the journal through the helper', async () => {
    path = '';
    const { channel } = open({ viaHelper: () => Promise.resolve({ lines: ['from the journal'] }) });
    await view.show();
    expect(channel.text).toMatch(/^# The log is in the journal.*\nfrom the journal\n$/);
  });

  test('goes over to another file when the daemon logs elsewhere', async () => {
    writeFileSync(path, 'here\n');
    const { channel } = open();
    await view.show();
    path = join(folder, 'other.log');
    writeFileSync(path, 'there\n');
    await view.show();
    expect(channel.text).toBe(`# ${path}, followed live.\nthere\n`);
  });

  test('reads anew what it could not follow', async () => {
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    let asked = 0;
    const { channel } = open({
      readTail: () => Promise.reject(denied),
      viaHelper: () => Promise.resolve({ lines: [`answer ${(asked += 1)}`] }),
    });
    await view.show();
    await view.show();
    expect(channel.text).toContain('answer 2');
    expect(channel.text).not.toContain('answer 1');
  });

  test('stops following when it is disposed', async () => {
    writeFileSync(path, 'one\n');
    let ended = 0;
    const { channel } = open({
      follow: (following) => {
        const follower = new LogFollower(following);
        return {
          dispose: () => {
            ended += 1;
            follower.dispose();
          },
        };
      },
    });
    await view.show();
    view.dispose();
    expect(ended).toBe(1);
    appendFileSync(path, 'two\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(channel.text).not.toContain('two');
    expect(channel.disposed).toBe(true);
  });

  test('does not begin to follow after it was disposed in the middle of opening', async () => {
    writeFileSync(path, 'one\n');
    let followers = 0;
    open({
      follow: () => {
        followers += 1;
        return { dispose: () => undefined };
      },
    });
    const showing = view.show();
    view.dispose();
    await showing;
    expect(followers).toBe(0);
  });
});
