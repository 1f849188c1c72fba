import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { clientFiles } from '../../src/engine/clientFiles';
import { resolveEndpoint } from '../../src/engine/endpoint';
import { limitsView } from '../../src/ui/diagnostics/limitsView';
import { LimitTests } from '../../src/ui/limitTests';
import type { LimitsStatus } from '../../src/ui/limits/status';
import { FakeEditor } from '../mocks/editor';
import { FakeTesting, type FakeItem, type FakeRun } from '../mocks/testing';
import { stateOf } from '../unit/ui/states';
import { helperVerb, identity, prepareStation, resetStation, startSleeper } from './station';

/** The tests of the Test Explorer against a real engine; only the editor is stood in for. */
beforeAll(() => {
  prepareStation();
  vi.stubEnv('XDG_STATE_HOME', '/tmp/limit-tests');
});
beforeEach(resetStation);
afterAll(resetStation);

function explorer() {
  const testing = new FakeTesting();
  const statuses: LimitsStatus[] = [];
  const resolved = resolveEndpoint(clientFiles({}));
  if (!resolved.ok) throw new Error(resolved.message);
  const tests = new LimitTests(() => import('../../src/ui/limits'), {
    host: { ...new FakeEditor().api, ...testing.api },
    engine: { endpoint: resolved.endpoint, refresh: () => Promise.resolve(stateOf('running')) },
    image: () => undefined,
    onStatus: (status) => statuses.push(status),
    wording: () => Promise.reject(new Error('it runs')),
    log: { info: () => undefined, error: (message) => expect.unreachable(message) },
  });
  /** Runs rows of the tree, areas and proofs, and gives what was told. */
  const prove = async (...ids: string[]): Promise<FakeRun> => {
    await testing.resolveHandler?.(undefined);
    const rows = [...testing.items.values()].flatMap((area): FakeItem[] => [area, ...area.children.values()]);
    await testing.run({ include: rows.filter(({ id }) => ids.includes(id)) });
    const run = testing.runs.at(-1);
    if (run === undefined) throw new Error('no run was made');
    return run;
  };
  return { testing, tests, prove, statuses };
}

/** Containers of any run. */
function ours(): string {
  return execFileSync('docker', ['ps', '--all', '--quiet', '--filter', 'label=dind-station.limits.run'], {
    encoding: 'utf8',
  });
}

test('a proof passes with its duration and its facts, and is compared with the one before', async () => {
  helperVerb('start');
  const { prove } = explorer();
  const run = await prove('memory.limit', 'area:pids');
  expect(run.outcomes).toEqual({ 'memory.limit': 'passed', 'pids.limit': 'passed' });
  const told = run.told.filter(({ id }) => id === 'memory.limit');
  expect(told.map(({ what }) => what)).toEqual(['enqueued', 'started', 'passed']);
  expect(told[2]?.ms).toBeGreaterThan(50);
  expect(run.output).toMatch(/enforced: Memory \(memory\.limit, \d+\.\d s\)\r\n/u);
  expect(run.output).toContain('asked     --memory 64m --memory-swap 64m\r\n');
  expect(run.output).toContain('2 enforced; ');
  expect((await prove('area:pids')).output).toMatch(/pids\.limit: enforced since .*, 2 runs\r\n/u);
  expect(ours()).toBe('');
}, 120_000);

test('the page is told as a run goes, and has the moment of the kill and the stopped periods to draw', async () => {
  helperVerb('start');
  const { tests, statuses } = explorer();
  for (const id of ['memory.limit', 'memory.oom-group', 'cpu.quota']) await tests.prove(id);
  expect(statuses.some(({ running }) => running?.underWay.includes('Memory'))).toBe(true);
  const last = statuses.at(-1);
  expect(last).not.toHaveProperty('running');
  const { proofs } = limitsView(last ?? (await tests.status()), [], String);
  const charts = new Map(proofs.map(({ id, chart }) => [id, chart]));
  expect(charts.get('memory.limit')).toMatchObject({ limit: 64, kills: [expect.any(Number)] });
  expect(charts.get('memory.oom-group')).toMatchObject({ limit: 48, kills: [expect.any(Number)] });
  expect(charts.get('cpu.quota')?.stops.length).toBeGreaterThan(5);
  expect(charts.get('cpu.quota')?.lines).toHaveLength(2);
}, 120_000);

test('a limit that the runtime forgets fails with what was expected and what was seen', async () => {
  mkdirSync('/etc/docker', { recursive: true });
  const runtimes = { forgets: { path: `${process.cwd()}/test/station/droppingRuntime` } };
  writeFileSync('/etc/docker/daemon.json', JSON.stringify({ runtimes, 'default-runtime': 'forgets' }));
  helperVerb('start');
  const run = await explorer().prove('memory.limit');
  const last = run.told.at(-1);
  expect(last).toMatchObject({ id: 'memory.limit', what: 'failed' });
  expect(last?.message?.message).toContain('Explained by runtime.dropped-limit.');
  expect(last?.message?.expectedOutput).toContain('--memory 64m');
  expect(last?.message?.actualOutput).toContain('verdict: not-enforced');
}, 120_000);

test('a cancel in the middle leaves nothing, and others are left alone', async () => {
  helperVerb('start');
  const kept = startSleeper('kept-5');
  const { testing, tests } = explorer();
  const all = tests.proveAll();
  await vi.waitFor(() => expect(ours()).not.toBe(''), { timeout: 30_000 });
  testing.runs[0]?.cancel();
  await all;
  const run = testing.runs[0];
  expect(ours()).toBe('');
  expect(execFileSync('docker', ['volume', 'ls', '--quiet'], { encoding: 'utf8' })).toBe('');
  expect(run?.output).toContain('The run was cancelled.');
  expect(Object.values(run?.outcomes ?? {})).toContain('skipped');
  expect(run?.told.filter(({ what }) => what === 'errored' || what === 'failed')).toEqual([]);
  expect(identity('kept-5')).toBe(kept);
}, 120_000);

test('the end of the window ends the run, and leaves nothing', async () => {
  helperVerb('start');
  const { testing, tests } = explorer();
  const all = tests.proveAll();
  await vi.waitFor(() => expect(ours()).not.toBe(''), { timeout: 30_000 });
  tests.dispose();
  await all;
  expect(testing.runs[0]?.output).toContain('The run was cancelled.');
  expect(ours()).toBe('');
}, 120_000);
