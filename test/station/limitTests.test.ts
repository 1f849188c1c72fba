import { beforeAll, expect, test, vi } from 'vitest';
import { freshSandbox } from '../sandbox.mjs';
import { explorer } from './explorer';
import { containersOfRuns, docker, forgetfulDaemon, identity, plainDaemon, startSleeper } from './station';

/** The tests of the Test Explorer against a real engine; only the editor is stood in for. */
beforeAll(() => {
  freshSandbox();
  vi.stubEnv('XDG_STATE_HOME', '/tmp/limit-tests');
});

test('a proof passes with its duration and its facts, and is compared with the one before', async () => {
  plainDaemon();
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
  expect(containersOfRuns()).toEqual([]);
});

test('a limit that the runtime forgets fails with what was expected and what was seen', async () => {
  forgetfulDaemon();
  const run = await explorer().prove('memory.limit');
  const last = run.told.at(-1);
  expect(last).toMatchObject({ id: 'memory.limit', what: 'failed' });
  expect(last?.message?.message).toContain('Explained by runtime.dropped-limit.');
  expect(last?.message?.expectedOutput).toContain('--memory 64m');
  expect(last?.message?.actualOutput).toContain('verdict: not-enforced');
});

test('a cancel in the middle leaves nothing, and others are left alone', async () => {
  plainDaemon();
  const kept = startSleeper('kept-5');
  const { testing, tests } = explorer();
  const all = tests.proveAll();
  await vi.waitFor(() => expect(containersOfRuns()).not.toEqual([]), { timeout: 60_000 });
  testing.runs[0]?.cancel();
  await all;
  const run = testing.runs[0];
  expect(containersOfRuns()).toEqual([]);
  expect(docker('volume', 'ls', '--quiet')).toBe('');
  expect(run?.output).toContain('The run was cancelled.');
  expect(Object.values(run?.outcomes ?? {})).toContain('skipped');
  expect(run?.told.filter(({ what }) => what === 'errored' || what === 'failed')).toEqual([]);
  expect(identity('kept-5')).toBe(kept);
});

test('the end of the window ends the run, and leaves nothing', async () => {
  plainDaemon();
  const { testing, tests } = explorer();
  const all = tests.proveAll();
  await vi.waitFor(() => expect(containersOfRuns()).not.toEqual([]), { timeout: 60_000 });
  tests.dispose();
  await all;
  expect(testing.runs[0]?.output).toContain('The run was cancelled.');
  expect(containersOfRuns()).toEqual([]);
});
