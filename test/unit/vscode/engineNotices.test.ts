import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import type { EngineState } from '../../../src/engine/state';
import { EngineNotices } from '../../../src/vscode/engineNotices';
import type { NotificationLevel } from '../../../src/vscode/settings';
import { FakeEditor } from '../../mocks/editor';
import { findingOf } from './diagnostics/findings';
import { stateOf } from './states';

const crashed = stateOf('failed', 'crashed');
const hung = stateOf('hung', 'ping-timeout');
const degraded = stateOf('degraded', 'info-timeout');
const running = stateOf('running');

function bench() {
  const editor = new FakeEditor();
  const knobs: { busy: boolean; level: NotificationLevel; state: EngineState; looks: number } = {
    busy: false,
    level: 'all',
    state: running,
    looks: 0,
  };
  const errors: string[] = [];
  const notices = new EngineNotices({
    host: editor.api,
    wording: (state) =>
      Promise.resolve({
        message: `about ${state.kind}`,
        buttons: [{ label: 'Restart', command: 'dindStation.restart' }],
      }),
    refresh: () => {
      knobs.looks += 1;
      return Promise.resolve(knobs.state);
    },
    level: () => knobs.level,
    setLevel: (level) => {
      knobs.level = level;
      return Promise.resolve();
    },
    busy: () => knobs.busy,
    now: () => Date.now(),
    log: { error: (message) => errors.push(message) },
  });
  const become = async (state: EngineState, ms = 5000) => {
    knobs.state = state;
    notices.observe(state);
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { editor, knobs, notices, become, errors };
}

describe('EngineNotices', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('tells a crash once, after a second look', async () => {
    const { editor, knobs, become } = bench();
    await become(running);
    await become(crashed);
    await become(crashed);
    expect(knobs.looks).toBe(1);
    expect(editor.shown).toMatchObject([
      { severity: 'error', message: 'about failed', labels: ['Restart', "Don't show again"] },
    ]);
  });

  test.each([
    ['starting', stateOf('starting')],
    ['stopped', stateOf('stopped', 'stopped-by-user')],
    ['running', running],
    ['foreign', stateOf('foreign')],
  ])('says nothing about %s', async (_, state) => {
    const { editor, become } = bench();
    await become(state);
    expect(editor.shown).toEqual([]);
  });

  test('does not tell a flicker', async () => {
    const { editor, knobs, become } = bench();
    await become(hung, 100);
    await become(running);
    expect(knobs.looks).toBe(0);
    await become(degraded, 100);
    knobs.state = running;
    await vi.advanceTimersByTimeAsync(5000);
    expect(knobs.looks).toBe(1);
    expect(editor.shown).toEqual([]);
  });

  test('is silent while a command of the window is at work', async () => {
    const { editor, knobs, become, notices } = bench();
    knobs.busy = true;
    await become(crashed);
    expect(editor.shown).toEqual([]);
    knobs.busy = false;
    notices.commandEnded(false, crashed);
    await become(crashed);
    expect(editor.shown).toEqual([]);
  });

  test('tells a cause anew after a command that worked', async () => {
    const { editor, become, notices } = bench();
    await become(crashed);
    await become(running, 100);
    notices.commandEnded(true, running);
    await become(crashed);
    expect(editor.shown).toHaveLength(2);
  });

  test('tells a crash loop once', async () => {
    const { editor, become } = bench();
    for (let i = 0; i < 10; i += 1) {
      await become(running, 10_000);
      await become(crashed);
    }
    expect(editor.shown).toHaveLength(1);
    await become(running, 60_000);
    await become(crashed);
    expect(editor.shown).toHaveLength(2);
  });

  test('tells another cause of the same state', async () => {
    const { editor, become } = bench();
    await become(crashed);
    await become(stateOf('failed', 'start-failed'));
    expect(editor.shown).toHaveLength(2);
  });

  test('tells a fault of a running engine once, with its buttons, and can be silenced', async () => {
    const { editor, knobs, notices } = bench();
    const fault = { ...findingOf({}), title: 'The disk is full', cause: 'c.', consequence: 'Nothing starts.' };
    const buttons = [{ label: 'Show log', command: 'dindStation.showLog' }] as const;
    knobs.busy = true;
    await notices.tellFault(fault, buttons);
    expect(editor.shown).toEqual([]);
    knobs.busy = false;
    await notices.tellFault(fault, buttons);
    await notices.tellFault({ ...fault, title: 'other words' }, buttons);
    expect(editor.shown).toMatchObject([
      {
        severity: 'error',
        message: 'The disk is full. c. Nothing starts.',
        labels: ['Show log', "Don't show again"],
      },
    ]);
    editor.answer = () => "Don't show again";
    await notices.tellFault({ ...fault, id: 'storage.vfs-fallback' }, buttons);
    expect(knobs.level).toBe('none');
    await notices.tellFault({ ...fault, id: 'socket.socket-dead' }, buttons);
    expect(editor.shown).toHaveLength(2);
  });

  test('tells words that no rule knows as a warning, each once', async () => {
    const { editor, notices } = bench();
    const fault = { ...findingOf({}, 'log.not-recognised'), severity: 'warning' } as const;
    for (const title of ['Docker reported: a', 'Docker reported: b', 'Docker reported: a'])
      await notices.tellFault({ ...fault, title }, []);
    expect(editor.shown).toMatchObject([{ severity: 'warning' }, { severity: 'warning' }]);
    expect(editor.shown[1]?.message).toContain('Docker reported: b');
  });

  test('can be silenced from the notification', async () => {
    const { editor, knobs, become } = bench();
    editor.answer = () => "Don't show again";
    await become(degraded);
    expect(knobs.level).toBe('errors');
    await become(crashed);
    expect(knobs.level).toBe('none');
    await become(hung);
    expect(editor.shown).toHaveLength(2);
  });

  test('says nothing after it was disposed', async () => {
    const { editor, knobs, notices } = bench();
    knobs.state = crashed;
    notices.observe(crashed);
    notices.dispose();
    await vi.advanceTimersByTimeAsync(5000);
    expect(editor.shown).toEqual([]);
    expect(knobs.looks).toBe(0);
  });

  test('does not wait longer because the same state is seen again', async () => {
    const { editor, become } = bench();
    for (let i = 0; i < 4; i += 1) await become(crashed, 200);
    expect(editor.shown).toHaveLength(1);
  });
});
