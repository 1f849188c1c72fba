import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import type { Endpoint } from '../../../src/engine/endpoint';
import type { EngineState } from '../../../src/engine/state';
import { DaemonUptime, StatusIndicator, type StatusIndicatorParts } from '../../../src/vscode/statusIndicator';
import { FakeEditor } from '../../mocks/editor';
import { findingOf } from './diagnostics/findings';
import { stateOf } from './states';

const unix: Endpoint = {
  kind: 'unix',
  socketPath: '/run/docker.sock',
  source: 'default',
  display: 'unix:///run/docker.sock',
};
const tcp: Endpoint = {
  kind: 'tcp',
  host: 'box',
  port: 2375,
  basePath: '',
  source: 'setting',
  display: 'tcp://box:2375',
};

describe('StatusIndicator', () => {
  const words = { headline: 'Explained', explanation: '', nextSteps: [] };
  const actions = { installed: 'outdated', words: () => words } as const;

  function bench(state: EngineState, more: Partial<StatusIndicatorParts> = {}) {
    const editor = new FakeEditor();
    const indicator = new StatusIndicator(
      {
        host: editor.api,
        engine: { state, endpoint: unix },
        actions: () => undefined,
        warning: () => undefined,
        verifies: () => true,
        formatTime: String,
        ...more,
      },
      () => Promise.resolve(5),
    );
    return { indicator, shown: () => editor.items[0] };
  }

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('has words of its own until the explanations are loaded', () => {
    const verified = { verdict: 'yes', at: 1 } as const;
    const running = stateOf('running', undefined, { verified });
    expect(bench(running).indicator.model().words.headline).toBe('Docker is running');
    const { indicator } = bench(running, { actions: () => actions });
    expect(indicator.model()).toMatchObject({ words, helper: 'outdated' });
  });

  test("says nothing of the helper where the daemon is not the helper's", () => {
    const engine = { state: stateOf('running'), endpoint: tcp };
    expect(bench(stateOf('running'), { actions: () => actions, engine }).indicator.model()).not.toHaveProperty(
      'helper',
    );
  });

  test('shows since when the daemon listens, what is wrong, and a success for a moment', async () => {
    const fault = findingOf({});
    const { indicator, shown } = bench(stateOf('running'));
    indicator.observe(stateOf('running'));
    await vi.advanceTimersByTimeAsync(0);
    expect(indicator.model().upSince).toBe(5);
    indicator.flash('restarted');
    expect(shown()).toMatchObject({ text: '$(package) Docker: restarted' });
    await vi.advanceTimersByTimeAsync(4000);
    expect(shown()).toMatchObject({ text: '$(package) Docker' });
    const faulty = bench(stateOf('running'), { warning: () => fault });
    faulty.indicator.render();
    expect(faulty.shown()).toMatchObject({ text: '$(warning) Docker' });
    expect(faulty.indicator.model().words).toMatchObject({ headline: fault.title, severity: 'error' });
  });
});

describe('DaemonUptime', () => {
  test('reads once for each time the daemon comes up, and drops what came too late', async () => {
    const answers: ((value: number | undefined) => void)[] = [];
    let changes = 0;
    const age = new DaemonUptime(
      () => new Promise((answer) => answers.push(answer)),
      () => {
        changes += 1;
      },
    );
    void age.observe(stateOf('running'), tcp);
    expect(answers).toHaveLength(0);
    void age.observe(stateOf('running'), unix);
    void age.observe(stateOf('degraded'), unix);
    expect(answers).toHaveLength(1);
    const gone = age.observe(stateOf('failed', 'crashed'), unix);
    answers[0]?.(5);
    await gone;
    expect([age.since, changes]).toEqual([undefined, 0]);
    const back = age.observe(stateOf('running'), unix);
    answers[1]?.(9);
    await back;
    expect([age.since, changes]).toEqual([9, 1]);
    await age.observe(stateOf('stopped'), unix);
    expect(age.since).toBeUndefined();
  });
});
