import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import { clientFiles } from '../../../../src/engine/dockerConfig';
import { resolveEndpoint } from '../../../../src/engine/endpoint';
import type { EngineState } from '../../../../src/engine/state';
import { catalogue } from '../../../../src/limits/catalogue';
import { LimitTests, type loadLimits } from '../../../../src/vscode/limits/lazyLimits';
import type { LimitsStatus } from '../../../../src/vscode/limits/status';
import { FakeEditor } from '../../../mocks/editor';
import { FakeTesting } from '../../../mocks/testing';
import { stateOf } from '../states';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limit-tests-'));
  vi.stubEnv('XDG_STATE_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function bench() {
  const editor = new FakeEditor();
  const testing = new FakeTesting();
  const knobs = {
    loads: 0,
    loadFails: false,
    state: stateOf('running'),
    refreshed: (): Promise<void> => Promise.resolve(),
  };
  const errors: string[] = [];
  const statuses: LimitsStatus[] = [];
  const resolved = resolveEndpoint(clientFiles({}), `unix://${folder}/nobody.sock`);
  if (!resolved.ok) throw new Error(resolved.message);
  const load: typeof loadLimits = () => {
    knobs.loads += 1;
    return knobs.loadFails ? Promise.reject(new Error('gone')) : import('../../../../src/vscode/limits/limits');
  };
  const tests = new LimitTests(load, {
    host: { ...editor.api, ...testing.api },
    engine: {
      endpoint: resolved.endpoint,
      refresh: async (): Promise<EngineState> => {
        await knobs.refreshed();
        return knobs.state;
      },
    },
    image: () => undefined,
    wording: (state) =>
      Promise.resolve({
        message: `Docker is ${state.kind}.`,
        buttons: [{ label: 'Start', command: 'dindStation.start' }],
      }),
    log: { info: () => undefined, error: (message) => errors.push(message) },
    onStatus: (status) => statuses.push(status),
  });
  return { editor, testing, knobs, tests, errors, statuses };
}

describe('LimitTests', () => {
  test('loads nothing before the Test Explorer asks for the tree, and then once', async () => {
    const { testing, knobs } = bench();
    expect(knobs.loads).toBe(0);
    expect(testing.items.size).toBe(0);
    await testing.resolveHandler?.(undefined);
    await testing.resolveHandler?.(undefined);
    expect(knobs.loads).toBe(1);
    const areas = [...testing.items.values()];
    expect(areas.map(({ label }) => label).slice(0, 2)).toEqual(['CPU', 'Memory']);
    expect(areas.reduce((sum, { children }) => sum + children.size, 0)).toBe(catalogue.length);
    const sortTexts = areas.map(({ sortText }) => sortText ?? '');
    expect(sortTexts).toEqual(sortTexts.toSorted((a, b) => a.localeCompare(b)));
  });

  test('tries a failed load again', async () => {
    const { testing, knobs, errors } = bench();
    knobs.loadFails = true;
    await expect(testing.resolveHandler?.(undefined)).rejects.toThrow('gone');
    expect(errors).toEqual(['The limit checks cannot be loaded: Error: gone']);
    knobs.loadFails = false;
    await testing.resolveHandler?.(undefined);
    expect(testing.items.size).toBeGreaterThan(0);
  });

  test('refuses without an engine: every test says why and what to do, a notification has the buttons', async () => {
    const { editor, testing, knobs, tests } = bench();
    knobs.state = stateOf('stopped');
    editor.answer = () => 'Start';
    await tests.proveAll();
    const run = testing.runs[0];
    expect(editor.executed).toEqual(['workbench.view.testing.focus', 'dindStation.start']);
    expect(Object.values(run?.outcomes ?? {})).toEqual(catalogue.map(() => 'errored'));
    const text = 'Docker is stopped. No limit was verified: run it again when Docker is running.';
    expect(run?.told.at(-1)?.message?.message).toBe(text);
    expect(run?.output).toContain(`${text}\r\n`);
    expect(editor.shown).toMatchObject([{ severity: 'error', message: text, labels: ['Start'] }]);
    expect(run?.ended).toBe(true);
  });

  test.each(['degraded', 'hung', 'denied', 'failed', 'unknown', 'restarting'] as const)(
    'refuses while %s',
    async (kind) => {
      const { testing, knobs, tests } = bench();
      knobs.state = stateOf(kind);
      await tests.proveAll();
      expect(testing.runs[0]?.output).toContain('No limit was verified');
    },
  );

  test('tells the budget first, and an engine that is gone by then is an error with the reason', async () => {
    const { testing } = bench();
    await testing.resolveHandler?.(undefined);
    const memory = testing.items.get('area:memory')?.children.get('memory.limit');
    await testing.run({ include: memory === undefined ? [] : [memory] });
    const run = testing.runs[0];
    expect(run?.output.split('\r\n')[0]).toBe('1 check: about 2 s, 1 s of CPU time and 140 MiB at most');
    expect(run?.told.map(({ id, what }) => [id, what])).toEqual([
      ['memory.limit', 'enqueued'],
      ['memory.limit', 'errored'],
    ]);
    expect(run?.told[1]?.message?.message).toMatch(/nobody\.sock cannot be used \(absent\)/u);
    expect(run?.ended).toBe(true);
    expect(run?.listening).toBe(0);
  });

  test('lets runs wait for each other, and forgets one that was cancelled before its turn', async () => {
    const { testing, knobs, tests } = bench();
    let go: () => void = () => undefined;
    knobs.refreshed = () => new Promise((resolve) => (go = resolve));
    const first = tests.proveAll();
    await vi.waitFor(() => expect(testing.runs[0]?.output).not.toBe(''));
    const second = tests.proveAll();
    await vi.waitFor(() => expect(testing.runs).toHaveLength(2));
    testing.runs[1]?.cancel();
    expect(testing.runs[0]?.ended).toBe(false);
    go();
    await Promise.all([first, second]);
    expect(testing.runs[1]?.output).toBe('');
    expect(testing.runs.map(({ ended }) => ended)).toEqual([true, true]);
    expect(new Set(Object.values(testing.runs[1]?.outcomes ?? {}))).toEqual(new Set(['enqueued']));
  });

  test('skips what a cancel cut off', async () => {
    const { testing, knobs, tests } = bench();
    knobs.refreshed = () => {
      testing.runs[0]?.cancel();
      return Promise.resolve();
    };
    await tests.proveAll();
    expect(new Set(Object.values(testing.runs[0]?.outcomes ?? {}))).toEqual(new Set(['skipped']));
  });

  test('runs one check for the page, leaves the person there, and tells of it as it goes', async () => {
    const { editor, testing, tests, statuses } = bench();
    expect(await tests.status()).toMatchObject({ checks: catalogue.length, results: [] });
    await tests.prove('memory.limit');
    expect(editor.executed).toEqual([]);
    expect(testing.runs[0]?.outcomes).toEqual({ 'memory.limit': 'errored' });
    expect(testing.runs[0]?.request).toMatchObject({ preserveFocus: true });
    expect(statuses[0]?.running).toEqual({ of: 1, done: 0, underWay: [] });
    expect(statuses.at(-1)).toEqual(await tests.status());
    expect(statuses.at(-1)).toMatchObject({ results: [{ result: { id: 'memory.limit', verdict: 'error' } }] });
    expect(statuses.at(-1)).not.toHaveProperty('running');
    await expect(tests.prove('gpu.limit')).rejects.toThrow('the tree has no check gpu.limit');
  });

  test('tells the page of a run of the Test Explorer that is refused, and of the next that is not', async () => {
    const { knobs, tests, statuses } = bench();
    knobs.state = stateOf('stopped');
    await tests.proveAll();
    expect(statuses.at(-1)?.problem).toBe(
      'Docker is stopped. No limit was verified: run it again when Docker is running.',
    );
    expect(statuses.at(-1)).not.toHaveProperty('running');
    knobs.state = stateOf('running');
    await tests.proveAll();
    expect(statuses.at(-1)).not.toHaveProperty('problem');
  });

  test('is cancelled by the page; what was cut off takes no earlier result away', async () => {
    const { testing, knobs, tests, statuses } = bench();
    tests.cancel();
    await tests.prove('memory.limit');
    const before = statuses.at(-1)?.results;
    expect(before).toHaveLength(1);
    knobs.refreshed = () => {
      tests.cancel();
      return Promise.resolve();
    };
    await tests.prove(undefined);
    expect(new Set(Object.values(testing.runs[1]?.outcomes ?? {}))).toEqual(new Set(['skipped']));
    expect(statuses.at(-1)?.results).toEqual(before);
    expect(statuses.at(-1)).not.toHaveProperty('running');
  });

  test('is over for the page too when it fails in the middle', async () => {
    const { knobs, tests, statuses } = bench();
    knobs.refreshed = () => Promise.reject(new Error('no answer'));
    await expect(tests.prove(undefined)).rejects.toThrow('no answer');
    expect(statuses.map(({ running }) => running === undefined)).toEqual([false, true]);
  });

  test('ends its run with the window', async () => {
    const { testing, knobs, tests } = bench();
    knobs.refreshed = () => {
      tests.dispose();
      return Promise.resolve();
    };
    await tests.proveAll();
    expect(testing.disposed).toBe(true);
    expect(new Set(Object.values(testing.runs[0]?.outcomes ?? {}))).toEqual(new Set(['skipped']));
    await expect(bench().tests.proveAll()).resolves.toBeUndefined();
  });

  test('lets the window close when the run has ended, not before', async () => {
    const { testing, knobs, tests } = bench();
    const order: string[] = [];
    let closing: Promise<void> | undefined;
    knobs.refreshed = async () => {
      closing = tests.close().then(() => void order.push('closed'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push('cleaned up');
    };
    await tests.proveAll();
    await closing;
    expect(order).toEqual(['cleaned up', 'closed']);
    expect(new Set(Object.values(testing.runs[0]?.outcomes ?? {}))).toEqual(new Set(['skipped']));
  });
});
