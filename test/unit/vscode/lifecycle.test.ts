import { describe, expect, test } from 'vitest';
import type { HelperEvent, ResultCode } from '../../../src/helper/protocol';
import type { HelperOutcome } from '../../../src/helper/run';
import type { EngineState } from '../../../src/engine/state';
import { Lifecycle, type LifecycleParts } from '../../../src/vscode/lifecycle';
import type { LifecycleVerb } from '../../../src/app/lifecycle';
import type { Verdict } from '../../../src/vscode/lifecycleOutcome';
import { FakeEditor } from '../../mocks/editor';
import { someDetails, stateOf } from './states';

const containersEnd = { ...someDetails, liveRestore: false };

function step(name: string, status: 'started' | 'ok'): HelperEvent {
  return { event: 'step', step: name, status, detail: '', ms: 1 };
}

function outcome(verb: LifecycleVerb, code: ResultCode, ok = false): HelperOutcome {
  const result = {
    event: 'result',
    ok,
    verb,
    code,
    message: 'Because.',
    cause: '',
    pid: 1,
    joined: false,
    ms: 1,
  } as const;
  return { kind: 'result', result, steps: [] };
}

interface Run {
  readonly verb: LifecycleVerb;
  readonly signal: AbortSignal;
  readonly event: (event: HelperEvent) => void;
  readonly end: (outcome: HelperOutcome) => void;
}

function station(state: EngineState, more: Partial<LifecycleParts> = {}) {
  const editor = new FakeEditor();
  const runs: Run[] = [];
  const ends: Verdict[] = [];
  let refreshes = 0;
  const lifecycle = new Lifecycle({
    host: editor.api,
    engine: {
      state,
      refresh: () => {
        refreshes += 1;
        return Promise.resolve(state);
      },
    },
    run: (verb, { signal, onEvent }) =>
      new Promise((end) => {
        runs.push({ verb, signal, event: onEvent, end });
      }),
    endpointMismatch: () => undefined,
    runningContainers: () => Promise.resolve(['web']),
    explain: () => undefined,
    setUpLine: () => 'line',
    onEnd: (verdict) => ends.push(verdict),
    ...more,
  });
  const settled = async () => {
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
  };
  return { editor, runs, ends, lifecycle, settled, counts: () => ({ refreshes }) };
}

describe('Lifecycle', () => {
  test('shows the step in words, looks again, and leaves success to the indicator', async () => {
    const { editor, runs, ends, lifecycle, settled, counts } = station(stateOf('running'));
    const verdict = lifecycle.run('restart');
    await settled();
    expect(lifecycle.busy).toBe(true);
    runs[0]?.event(step('daemon.stop', 'started'));
    runs[0]?.event(step('daemon.stop', 'ok'));
    runs[0]?.event(step('daemon.ready', 'started'));
    runs[0]?.event(step('cgroup.delegate', 'started'));
    runs[0]?.end(outcome('restart', 'restarted', true));
    expect(await verdict).toEqual({ kind: 'done', flash: 'restarted' });
    expect(editor.progresses[0]).toMatchObject({
      title: 'Restarting Docker',
      messages: ['stopping the daemon', 'waiting for the daemon to answer', 'cgroup.delegate'],
    });
    expect(editor.shown).toEqual([]);
    expect(ends).toEqual([{ kind: 'done', flash: 'restarted' }]);
    expect(counts()).toEqual({ refreshes: 1 });
    expect(lifecycle.busy).toBe(false);
  });

  test('joins a second call of the same verb', async () => {
    const { runs, ends, lifecycle, settled } = station(stateOf('failed', 'crashed'));
    const first = lifecycle.run('restart');
    const second = lifecycle.run('restart');
    await settled();
    expect(runs).toHaveLength(1);
    runs[0]?.end(outcome('restart', 'restarted', true));
    expect(await second).toEqual(await first);
    expect(ends).toHaveLength(1);
  });

  test('turns another verb away while one is at work', async () => {
    const { editor, runs, lifecycle, settled } = station(stateOf('running'));
    const first = lifecycle.run('restart');
    await settled();
    await lifecycle.run('stop');
    expect(editor.shown[0]?.message).toContain('Restarting Docker is still under way in this window');
    expect(runs).toHaveLength(1);
    runs[0]?.end(outcome('restart', 'restarted', true));
    await first;
    const third = lifecycle.run('stop');
    await settled();
    expect(runs[1]?.verb).toBe('stop');
    runs[1]?.end(outcome('stop', 'stopped', true));
    expect(await third).toEqual({ kind: 'done', flash: 'stopped' });
  });

  test('hands a cancellation to the helper and waits for its answer', async () => {
    const { editor, runs, lifecycle, settled } = station(stateOf('stopped'));
    const verdict = lifecycle.run('start');
    await settled();
    expect(runs[0]?.signal.aborted).toBe(false);
    editor.progresses[0]?.cancel();
    expect(runs[0]?.signal.aborted).toBe(true);
    expect(lifecycle.busy).toBe(true);
    runs[0]?.event(step('daemon.ready', 'started'));
    expect(editor.progresses[0]?.messages).toEqual(['cancelling']);
    runs[0]?.end(outcome('start', 'cancelled'));
    expect(await verdict).toEqual({ kind: 'cancelled' });
    expect(editor.shown).toEqual([]);
  });

  test('shows a failure with its buttons and does not wait for the answer', async () => {
    const { editor, runs, lifecycle, settled } = station(stateOf('stopped'));
    editor.answer = ({ labels }) => labels.find((label) => label === 'Show log');
    const verdict = lifecycle.run('start');
    await settled();
    runs[0]?.end(outcome('start', 'daemon-exited'));
    expect(await verdict).toMatchObject({ kind: 'failed' });
    expect(editor.shown).toEqual([
      {
        severity: 'error',
        message: 'Docker failed to start. Because.',
        modal: false,
        detail: '',
        labels: ['Show log', 'Try again'],
      },
    ]);
    await settled();
    expect(editor.executed).toEqual(['dindStation.showLog']);
  });

  test("leaves another machine's daemon alone", async () => {
    const { editor, runs, lifecycle } = station(stateOf('foreign', 'socket-mounted'));
    for (const verb of ['start', 'stop', 'restart'] as const)
      expect(await lifecycle.run(verb)).toMatchObject({ kind: 'failed' });
    expect(runs).toEqual([]);
    expect(editor.shown.map(({ message }) => message.split('.')[0])).toEqual([
      'Docker was not started',
      'Docker was not stopped',
      'Docker was not restarted',
    ]);
    expect(editor.shown[0]?.message).toContain('outside this container');
  });

  test('asks before containers end, by name, and does nothing without a yes', async () => {
    const { editor, runs, lifecycle } = station(stateOf('running', undefined, { details: containersEnd }));
    expect(await lifecycle.run('stop')).toEqual({ kind: 'cancelled' });
    expect(editor.shown).toMatchObject([{ severity: 'warning', modal: true, labels: ['Stop Docker'] }]);
    expect(editor.shown[0]?.detail).toMatch(/^web\n/);
    expect(runs).toEqual([]);
  });

  test('goes on after a yes', async () => {
    const { editor, runs, lifecycle, settled } = station(stateOf('running', undefined, { details: containersEnd }));
    editor.answer = ({ labels }) => labels[0];
    const verdict = lifecycle.run('restart');
    await settled();
    expect(editor.shown[0]?.labels).toEqual(['Restart Docker']);
    runs[0]?.end(outcome('restart', 'restarted', true));
    expect(await verdict).toMatchObject({ kind: 'done' });
  });

  test('asks nothing where containers outlive the daemon, or are gone meanwhile', async () => {
    const kept = station(stateOf('running', undefined, { details: someDetails }));
    void kept.lifecycle.run('stop');
    await kept.settled();
    expect(kept.runs).toHaveLength(1);
    const gone = station(stateOf('running', undefined, { details: containersEnd }), {
      runningContainers: () => Promise.resolve([]),
    });
    void gone.lifecycle.run('stop');
    await gone.settled();
    expect(gone.runs).toHaveLength(1);
    expect([...kept.editor.shown, ...gone.editor.shown]).toEqual([]);
  });

  test('asks when the indicator watches another daemon than the one the helper manages', async () => {
    const { editor, runs, lifecycle } = station(stateOf('stopped'), {
      endpointMismatch: () => 'It is at tcp://box:2375.',
    });
    expect(await lifecycle.run('start')).toEqual({ kind: 'cancelled' });
    expect(editor.shown).toMatchObject([
      { modal: true, detail: 'It is at tcp://box:2375.', labels: ["Start this container's daemon"] },
    ]);
    expect(runs).toEqual([]);
  });
});
