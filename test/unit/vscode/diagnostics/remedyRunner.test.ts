import { describe, expect, vi, test } from 'vitest';
import type { HelperOutcome } from '../../../../src/helper/run';
import type { Diagnosis } from '../../../../src/diagnosis/diagnosisSchema';
import type { Finding } from '../../../../src/diagnosis/finding';
import { RemedyRunner, type RemedyRunnerParts } from '../../../../src/vscode/diagnostics/remedyRunner';
import type { Verdict } from '../../../../src/vscode/lifecycleOutcome';
import { FakeEditor } from '../../../mocks/editor';
import { someDetails, stateOf } from '../states';
import { findingOf } from './findings';

const done: HelperOutcome = {
  kind: 'result',
  steps: [],
  result: {
    ...{ event: 'result', ok: true, verb: 'apply', code: 'prepared', message: 'Done.', cause: '' },
    ...{ pid: 0, joined: false, ms: 1 },
  },
};

/** A machine with one fault, which is gone or not when the facts are read anew. */
function stage(finding: Finding, after: readonly Finding[], more: Partial<RemedyRunnerParts> = {}) {
  const editor = new FakeEditor();
  const said: string[] = [];
  const order: string[] = [];
  let findings: readonly Finding[] = [finding];
  const verdict = (name: string): (() => Promise<Verdict | undefined>) => {
    return () => {
      order.push(name);
      return Promise.resolve({ kind: 'done', flash: name });
    };
  };
  const remedyRunner = new RemedyRunner({
    host: editor.api,
    state: () => stateOf('running'),
    commands: {
      start: verdict('start'),
      restart: verdict('restart'),
      stop: verdict('stop'),
      verify: () => Promise.resolve(undefined),
      'show-log': () => Promise.resolve(undefined),
      'set-up-helper': () => Promise.resolve(undefined),
    },
    apply: (action) => {
      order.push(`apply ${action}`);
      return Promise.resolve(done);
    },
    diagnosis: () => ({ findings, undecided: [] }) as unknown as Diagnosis,
    refresh: () => {
      order.push('facts');
      findings = after;
      return Promise.resolve();
    },
    working: (work) => order.push(work === undefined ? 'idle' : work.text),
    say: (text) => said.push(text),
    ...more,
  });
  return { editor, remedyRunner, order, said };
}

const shareable = findingOf({ action: 'share-root-mount' });
const restartable = findingOf({ action: 'restart-daemon', risk: 'restarts-daemon' });

describe('a remedy', () => {
  test('acts, reads facts, and only then says that it is fixed', async () => {
    const { remedyRunner, order, said } = stage(shareable, []);
    await remedyRunner.run(shareable.id);
    expect(order).toEqual([
      'Make the mounts below / shared',
      'apply share-root-mount',
      'Looking whether it is mended',
      'facts',
      'idle',
    ]);
    expect(said).toEqual(['Fixed: Something is wrong.']);
    expect(remedyRunner.told.fixed).toEqual(['Something is wrong']);
  });

  test('does not believe the helper where the facts show the fault', async () => {
    const { remedyRunner, said } = stage(shareable, [shareable]);
    await remedyRunner.run(shareable.id);
    expect(said[0]).toMatch(/^Couldn't fix: Something is wrong\. The fault is still there/u);
    expect(remedyRunner.told.fixed).toEqual([]);
    expect(remedyRunner.told.attempts.get(shareable.id)).toContain('still there');
  });

  test('says what comes next, and is not fixed while the same sentence is an error under another name', async () => {
    const stopped = {
      ...findingOf({ summary: 'Start Docker.' }, 'socket.socket-absent'),
      cause: 'There is no daemon.',
    };
    const next = stage(shareable, [{ ...stopped, title: 'Docker is down' }]);
    await next.remedyRunner.run(shareable.id);
    expect(next.said).toEqual(['Fixed: Something is wrong. Next: Docker is down.']);
    const same = stage(shareable, [stopped]);
    await same.remedyRunner.run(shareable.id);
    expect(same.said).toEqual([
      "Couldn't fix: Something is wrong. The same is still an error: Something is wrong. Start Docker.",
    ]);
    expect(same.remedyRunner.told.fixed).toEqual([]);
  });

  test('is not said to be fixed where that cannot be told', async () => {
    const undecided = [{ id: shareable.id, area: shareable.area, reason: 'no statfs' }];
    let findings: readonly Finding[] = [shareable];
    const { remedyRunner, said } = stage(shareable, [], {
      diagnosis: () => ({ findings, undecided }) as unknown as Diagnosis,
      refresh: () => Promise.resolve(void (findings = [])),
    });
    await remedyRunner.run(shareable.id);
    expect(said).toEqual(["Couldn't fix: Something is wrong. Couldn't verify the fix: no statfs."]);
  });

  test('tells what the helper said where that is why', async () => {
    const apply = (): Promise<HelperOutcome> => Promise.resolve({ kind: 'broken', message: 'It ended with status 1.' });
    const { remedyRunner } = stage(shareable, [shareable], { apply });
    await remedyRunner.run(shareable.id);
    expect(remedyRunner.told.attempts.get(shareable.id)).toBe('It ended with status 1.');
    remedyRunner.forget();
    expect(remedyRunner.told.attempts.size).toBe(0);
  });

  test('is fixed by facts even where the command says that it failed', async () => {
    const apply = (): Promise<HelperOutcome> => Promise.resolve({ kind: 'broken', message: 'x' });
    const { remedyRunner } = stage(shareable, [], { apply });
    await remedyRunner.run(shareable.id);
    expect(remedyRunner.told.fixed).toHaveLength(1);
  });

  test('does nothing for a finding that is gone or has no button', async () => {
    const { remedyRunner, order } = stage(findingOf({}), []);
    await remedyRunner.run('storage.other');
    await remedyRunner.run('storage.data-root-full');
    expect(order).toEqual([]);
  });

  test('is one at a time', async () => {
    let end: (outcome: HelperOutcome) => void = () => undefined;
    const apply = vi.fn(() => new Promise<HelperOutcome>((resolve) => (end = resolve)));
    const { remedyRunner } = stage(shareable, [], { apply });
    const first = remedyRunner.run(shareable.id);
    await remedyRunner.run(shareable.id);
    end(done);
    await first;
    expect(apply).toHaveBeenCalledOnce();
  });
});

describe('asking', () => {
  test('comes before what costs something, with what it costs and how it is undone', async () => {
    const risky = findingOf({ action: 'move-network-database-aside', risk: 'changes-data' });
    const { editor, remedyRunner, order } = stage(risky, []);
    await remedyRunner.run(risky.id);
    expect(order).toEqual(['idle']);
    expect(editor.shown).toHaveLength(1);
    expect(editor.shown[0]).toMatchObject({ modal: true, message: 'Move the database of networks aside?' });
    expect(editor.shown[0]?.detail).toContain('nothing is deleted');
    expect(editor.shown[0]?.detail).toContain('To undo it: sudo dind-helper apply undo-move-network-database-aside');
    editor.answer = ({ labels }) => labels[0];
    await remedyRunner.run(risky.id);
    expect(order).toContain('apply move-network-database-aside');
  });

  test('is not done for what costs nothing', async () => {
    const { editor, remedyRunner } = stage(shareable, []);
    await remedyRunner.run(shareable.id);
    expect(editor.shown).toEqual([]);
  });

  test('is left to the restart itself where containers would end, and done here where none would', async () => {
    const ends = { ...someDetails, liveRestore: false };
    const state = () => stateOf('running', undefined, { details: ends });
    const asksItself = stage(restartable, [], { state });
    await asksItself.remedyRunner.run(restartable.id);
    expect([asksItself.editor.shown.length, asksItself.order.includes('restart')]).toEqual([0, true]);
    const harmless = stage(restartable, [], { state: () => stateOf('stopped') });
    await harmless.remedyRunner.run(restartable.id);
    expect([harmless.editor.shown.length, harmless.order.includes('restart')]).toEqual([1, false]);
  });

  test('says nothing of a command that was cancelled, and reads nothing', async () => {
    const cancelled = (): Promise<Verdict> => Promise.resolve({ kind: 'cancelled' });
    const start = findingOf({ action: 'start-daemon' });
    const { remedyRunner, order, said } = stage(start, [], {
      commands: {
        start: cancelled,
        restart: cancelled,
        stop: cancelled,
        verify: cancelled,
        'show-log': cancelled,
        'set-up-helper': cancelled,
      },
    });
    await remedyRunner.run(start.id);
    expect(said).toEqual([]);
    expect(order).not.toContain('facts');
  });
});
