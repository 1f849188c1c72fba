import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeHandlers, type HandlerParts, type Handlers } from '../../../src/cli/handlers';
import { UsageError } from '../../../src/cli/program';
import { paintFor } from '../../../src/cli/terminal';

let folder: string;
let out: PassThrough;
let err: PassThrough;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handlers-'));
  out = new PassThrough();
  err = new PassThrough();
  ran = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function handlers(more: Partial<HandlerParts> = {}): Handlers {
  return makeHandlers({
    terminal: { out, err, paint: { out: paintFor(false), err: paintFor(false) }, interactive: false },
    environment: { HOME: folder, XDG_RUNTIME_DIR: folder, DOCKER_HOST: `unix://${folder}/none.sock` },
    bundledFolder: join(__dirname, '../../../scripts'),
    version: '1.2.3',
    helperFor: (owner) => ({
      run: (verb) => {
        ran.push(`${owner} ${verb}`);
        return Promise.resolve({ kind: 'broken', message: 'not run here' });
      },
      apply: (action) => {
        ran.push(`${owner} apply ${action}`);
        return Promise.resolve({ kind: 'broken', message: 'not run here' });
      },
      installed: () => Promise.resolve({ status: 'missing', path: '/x' }),
      forFacts: () => Promise.reject(new Error('no facts here')),
    }),
    uid: 4711,
    ask: () => Promise.reject(new Error('nobody sits here')),
    interrupted: () => new AbortController().signal,
    ...more,
  });
}

/** What was run of the helper, and whose. Nothing here reaches the one of this machine. */
let ran: string[];

const text = (stream: PassThrough): string => String(stream.read() ?? '');
const engine = { json: false, host: undefined, rootless: false, quick: false, verify: true };

test('start, stop and restart take no other host, and say so before anything is run', async () => {
  expect(await handlers().lifecycle('stop', { ...engine, host: 'tcp://box' })).toBe(2);
  expect(text(err)).toBe("error: stop acts on this machine's own daemon; --host tcp://box cannot change that.\n");
  expect(ran).toEqual([]);
});

test('reset-data takes neither another host nor the daemon of the user', async () => {
  const options = { ...engine, undo: false, yes: 2 };
  for (const other of [{ host: 'tcp://box' }, { rootless: true }]) {
    await expect(handlers().resetData({ ...options, ...other })).rejects.toThrow(UsageError);
  }
  expect(ran).toEqual([]);
  await handlers().resetData(options);
  expect(ran).toEqual(['helper reset-data-preview']);
});

test('--rootless means nothing to root', async () => {
  const { status, logs, lifecycle, limits } = handlers({ uid: 0 });
  const rootless = { ...engine, rootless: true };
  await expect(status(rootless)).rejects.toThrow('--rootless is for a user without root');
  await expect(lifecycle('start', rootless)).rejects.toThrow(UsageError);
  await expect(logs({ follow: false, lines: 1, json: false, rootless: true })).rejects.toThrow(UsageError);
  await expect(limits({ only: [], format: 'text', host: undefined, rootless: true })).rejects.toThrow(UsageError);
  expect(ran).toEqual([]);
});

test("a verb goes to root's helper, and to the user's own where the endpoint is that of the user's daemon", async () => {
  const own = { environment: { HOME: folder, XDG_RUNTIME_DIR: folder, DOCKER_HOST: `unix:///run/docker.sock` } };
  expect(await handlers(own).lifecycle('start', engine)).toBe(3);
  expect(text(err)).not.toContain('It watches');
  expect(await handlers().lifecycle('stop', engine)).toBe(3);
  expect(text(err)).toContain(`It watches unix://${folder}/none.sock, from DOCKER_HOST.`);
  expect(ran).toEqual(['helper start', 'helper stop']);
});

test('a damaged program runs nothing', async () => {
  await expect(handlers({ bundledFolder: folder }).lifecycle('restart', engine)).rejects.toThrow('ENOENT');
  expect(ran).toEqual([]);
});

test('--rootless asks the daemon at the socket of the user, whatever the environment says', async () => {
  expect(await handlers().status({ ...engine, json: true, rootless: true })).toBe(1);
  const { state, endpoint } = JSON.parse(text(out)) as Record<string, unknown>;
  expect([state, endpoint]).toMatchObject(['stopped', { display: `unix://${folder}/docker.sock` }]);
  expect(await handlers().status({ ...engine, json: true })).toBe(1);
  expect(JSON.parse(text(out))).toMatchObject({ endpoint: { display: `unix://${folder}/none.sock` } });
});
