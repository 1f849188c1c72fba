import { PassThrough } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import { appliedBy, runFix, type Applied } from '../../../src/cli/fix';
import { paintFor } from '../../../src/cli/terminal';
import type { ResultCode } from '../../../src/helper/protocol';
import type { HelperOutcome } from '../../../src/helper/run';
import { down, healthyFacts, type HealthyFacts } from '../diagnosis/healthy';

const open = healthyFacts((facts) => void (facts.socket.value.mode = 0o666));
const broken = healthyFacts((facts) => {
  facts.root.value.databases = [{ path: '/d/network/files/local-kv.db', sizeBytes: 9, state: 'damaged' }];
});

let applied: string[];
let out: PassThrough;
let err: PassThrough;

beforeEach(() => {
  applied = [];
  out = new PassThrough();
  err = new PassThrough();
});

function fix(id: string, seen: ReturnType<typeof healthyFacts>[], how: Partial<Applied> & { yes?: boolean } = {}) {
  const { yes = false, ...result } = how;
  const left = [...seen];
  return runFix(
    id,
    { yes },
    {
      terminal: { out, err, paint: { out: paintFor(false), err: paintFor(false) }, interactive: false },
      takeFacts: () => Promise.resolve(left.shift() ?? healthyFacts()),
      apply: (action) => {
        applied.push(action);
        return Promise.resolve({ ok: true, message: 'm', changed: true, ...result });
      },
      ask: () => Promise.reject(new Error('nobody is asked here')),
    },
  );
}

const text = (stream: PassThrough) => String(stream.read() ?? '');

function outcome(code: ResultCode, ok: boolean): HelperOutcome {
  const result = { event: 'result', ok, verb: 'apply.close-socket', code, message: 'm', cause: '' } as const;
  return { kind: 'result', result: { ...result, pid: 0, joined: false, ms: 1 }, steps: [] };
}

test('a finding is mended by its action, and the undo is told', async () => {
  expect(await fix('socket.socket-world-writable', [open])).toBe(0);
  expect(applied).toEqual(['close-socket']);
  expect(text(out)).toContain('To undo it: sudo dind-helper apply undo-close-socket');
});

test('no undo is told where nothing was changed', async () => {
  expect(await fix('socket.socket-world-writable', [open], { changed: false })).toBe(0);
  expect(text(out)).not.toContain('undo');
});

test('what stays is said, with the way back', async () => {
  expect(await fix('socket.socket-world-writable', [open, open])).toBe(1);
  expect(text(err)).toMatch(/still there.*undo-close-socket/);
});

/** The last start failed over a daemon.json that is not JSON, at this time by the log. */
const failedStart = (change: (facts: HealthyFacts) => void) =>
  healthyFacts((facts) => {
    down(facts);
    facts.daemonLog.value.lastStart = [
      'unable to configure the Docker daemon with file /etc/docker/daemon.json: unexpected EOF',
    ];
    facts.daemonLog.value.modifiedAt = '2026-01-01T00:10:00.000Z';
    change(facts);
  });
const path = '/etc/docker/daemon.json';
const invalid = failedStart((facts) => {
  const where = { message: 'comma expected', line: 1, column: 15, text: '{ "debug": tru' };
  facts.daemonConfig.value.file = { state: 'invalid', path, sizeBytes: 15, ...where };
});
const absent = (fileChangedAt: string) =>
  failedStart((facts) => {
    facts.daemonConfig.value = { ...facts.daemonConfig.value, file: { state: 'absent', path }, fileChangedAt };
  });

test('a file that was moved aside is fixed, and the start that it made fail comes next', async () => {
  const exit = await fix('daemon.daemon-json-syntax', [invalid, absent('2026-01-01T00:10:01.000Z')], { yes: true });
  expect(applied).toEqual(['move-daemon-json-aside']);
  const said = text(out);
  expect(said).toContain('Fixed: /etc/docker/daemon.json is not valid JSON.');
  expect(said).toContain(
    'Next: The last start of Docker failed, and /etc/docker/daemon.json has changed since. dind-station fix start.daemon-json-syntax',
  );
  expect(exit).toBe(0);
});

test('nothing is called mended while the same sentence is still an error', async () => {
  const exit = await fix('daemon.daemon-json-syntax', [invalid, absent('2026-01-01T00:09:59.000Z')], { yes: true });
  expect(text(out)).toBe('');
  expect(text(err)).toMatch(
    /still there: .*The same is still an error: \/etc\/docker\/daemon\.json is not valid JSON\./,
  );
  expect(exit).toBe(1);
});

test('data is not touched unasked', async () => {
  expect(await fix('storage.network-db-corrupt', [broken])).toBe(2);
  expect(applied).toEqual([]);
  expect(await fix('storage.network-db-corrupt', [broken], { yes: true })).toBe(0);
  expect(applied).toEqual(['move-network-database-aside']);
});

test('a refusal of the helper is told, with the command', async () => {
  expect(await fix('socket.socket-world-writable', [open], { ok: false, message: 'It is mounted.' })).toBe(1);
  expect(text(err)).toMatch(/It is mounted\.[^]*By hand: sudo chmod 0660/);
});

test('what the helper says decides whether there is something to undo', () => {
  expect(appliedBy(outcome('applied', true))).toEqual({ ok: true, message: 'm', changed: true });
  expect(appliedBy(outcome('already-so', true))).toMatchObject({ ok: true, changed: false });
  expect(appliedBy(outcome('not-applicable', false))).toMatchObject({ ok: false, changed: false });
  expect(appliedBy({ kind: 'not-installed', path: '/h' })).toMatchObject({ ok: false, changed: false });
});
