import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLogs, type LogsOptions, type LogsParts } from '../../../src/cli/logs';
import { paintFor } from '../../../src/cli/terminal';
import { LogFollower } from '../../../src/host/logFollower';
import { readLogTail } from '../../../src/host/logTail';
import type { HelperOutcome } from '../../../src/helper/run';

let folder: string;
let path: string;
let out: PassThrough;
let err: PassThrough;
/** What arrived in each stream since it was last looked at. */
let arrived: Map<PassThrough, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'));
  path = join(folder, 'dockerd.log');
  out = new PassThrough();
  err = new PassThrough();
  arrived = new Map();
  for (const stream of [out, err]) {
    stream.on('data', (chunk: Buffer) => arrived.set(stream, (arrived.get(stream) ?? '') + chunk.toString()));
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function text(stream: PassThrough): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve));
  const all = arrived.get(stream) ?? '';
  arrived.delete(stream);
  return all;
}

function logs(options: Partial<LogsOptions>, more: Partial<LogsParts> = {}): Promise<number> {
  return runLogs(
    { follow: false, lines: 200, json: false, rootless: false, ...options },
    {
      terminal: { out, err, paint: { out: paintFor(false), err: paintFor(false) }, interactive: false },
      commands: { setUp: 'set up', flags: [], engineFlags: [] },
      path,
      readTail: readLogTail,
      follow: (following) => new LogFollower(following),
      throughHelper: () => Promise.resolve({ kind: 'broken', message: 'not called' }),
      signal: new AbortController().signal,
      ...more,
    },
  );
}

const printed: HelperOutcome = {
  kind: 'result',
  steps: [],
  result: {
    event: 'result',
    ok: true,
    verb: 'logs',
    code: 'logs',
    message: '',
    cause: '',
    pid: 0,
    joined: false,
    ms: 0,
  },
};
const refused = (): Promise<never> => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }));

test('the last lines, also when they are far longer than usual', async () => {
  writeFileSync(
    path,
    Array.from({ length: 300 }, (_, index) => `${String(index)} ${'x'.repeat(3000)}`).join('\n') + '\n',
  );
  expect(await logs({ lines: 150 })).toBe(0);
  const lines = (await text(out)).trimEnd().split('\n');
  expect(lines).toHaveLength(150);
  expect(lines[0]).toMatch(/^150 /);
  expect(lines[149]).toMatch(/^299 /);
});

test('fewer lines than asked for, none, and one without an end', async () => {
  writeFileSync(path, 'a\nb');
  expect(await logs({})).toBe(0);
  expect(await text(out)).toBe('a\nb\n');
  expect(await logs({ lines: 0 })).toBe(0);
  expect(await text(out)).toBe('');
  expect(await logs({ lines: 1, json: true })).toBe(0);
  expect(await text(out)).toBe('{"line":"b"}\n');
});

test('no log yet is not fine, and says where it will be', async () => {
  expect(await logs({})).toBe(1);
  expect(await text(err)).toContain(`${path} does not exist yet`);
});

test('a file this user may not open is read through the helper, the last lines of it', async () => {
  const exit = await logs(
    { lines: 2 },
    {
      readTail: refused,
      throughHelper: (onText) => {
        ['a', 'b', 'c'].forEach(onText);
        return Promise.resolve(printed);
      },
    },
  );
  expect(exit).toBe(0);
  expect(await text(out)).toBe('b\nc\n');
});

test('what is read through the helper is not followed, and says how to', async () => {
  const throughHelper = (): Promise<HelperOutcome> => Promise.resolve(printed);
  expect(await logs({ follow: true }, { readTail: refused, throughHelper })).toBe(1);
  expect(await text(err)).toContain(`sudo tail -F ${path}`);
  expect(await logs({ follow: true }, { path: '', throughHelper })).toBe(1);
  expect(await text(err)).toContain('journalctl');
});

test('a helper that cannot be asked is told', async () => {
  const throughHelper = (): Promise<HelperOutcome> => Promise.resolve({ kind: 'not-installed', path: '/x' });
  expect(await logs({}, { readTail: refused, throughHelper })).toBe(1);
  expect(await text(err)).toContain('not installed at /x');
});

test('follows from where the tail ended until it is told to stop', async () => {
  writeFileSync(path, 'old\nhalf');
  const controller = new AbortController();
  const exit = logs({ follow: true, lines: 1 }, { signal: controller.signal });
  let seen = '';
  out.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    if (seen.includes('new\n')) controller.abort();
  });
  setTimeout(() => {
    appendFileSync(path, ' done\nnew\n');
  }, 50);
  expect(await exit).toBe(0);
  expect(seen).toBe('old\nhalf done\nnew\n');
});
