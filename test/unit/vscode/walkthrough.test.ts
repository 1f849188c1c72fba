import { describe, expect, test } from 'vitest';
import { openWalkthroughOnce, walkthroughContext, walkthroughId } from '../../../src/vscode/walkthrough';
import { stateOf } from './states';

describe('walkthroughContext', () => {
  const done = (...args: Parameters<typeof walkthroughContext>) =>
    Object.entries(walkthroughContext(...args)).flatMap(([key, value]) =>
      value === true ? key.slice('dindStation.'.length) : [],
    );

  test('ticks nothing before the first look, and nothing that is not so', () => {
    expect(done(stateOf('unknown'), false)).toEqual([]);
    expect(done(stateOf('not-installed'), false)).toEqual([]);
    expect(done(stateOf('stopped', 'not-set-up'), false)).toEqual(['engineInstalled']);
    expect(done(stateOf('stopped'), true)).toEqual(['engineInstalled', 'helperReady']);
    expect(done(stateOf('failed', 'start-failed'), true)).toEqual(['engineInstalled', 'helperReady']);
  });

  test('ticks what runs, and as verified only where a container has run', () => {
    const verified = { verdict: 'yes', at: 1, durationMs: 5 } as never;
    const failed = { verdict: 'no', at: 1 } as never;
    expect(done(stateOf('running'), true)).toEqual(['engineInstalled', 'helperReady', 'usable']);
    expect(done(stateOf('running', undefined, { verified }), true)).toContain('verified');
    expect(done(stateOf('running', undefined, { verified: failed }), true)).not.toContain('verified');
    expect(done(stateOf('hung', undefined, { verified }), true)).not.toContain('verified');
    expect(done(stateOf('foreign'), false)).toEqual(['engineInstalled', 'usable']);
  });
});

describe('openWalkthroughOnce', () => {
  function bench({ wanted = true, editing = false } = {}) {
    const calls: unknown[][] = [];
    const memory = new Map<string, unknown>();
    const host = {
      commands: {
        executeCommand: (...call: unknown[]) => {
          calls.push([...call, memory.size]);
          return Promise.resolve();
        },
      },
      window: { activeTextEditor: editing ? {} : undefined },
      workspace: { getConfiguration: () => ({ get: () => wanted }) },
    };
    const memento = {
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
    };
    return { calls, open: () => openWalkthroughOnce(host as never, memento as never) };
  }

  test('opens it for a new user, and never again', async () => {
    const { calls, open } = bench();
    await open();
    await open();
    // Remembered before it opens.
    expect(calls).toEqual([['workbench.action.openWalkthrough', walkthroughId, { inactive: false }, 1]]);
  });

  test('stays behind the file that somebody works on', async () => {
    const { calls, open } = bench({ editing: true });
    await open();
    expect(calls[0]?.[2]).toEqual({ inactive: true });
  });

  test('opens nothing where the editor was told to open no walkthrough', async () => {
    const { calls, open } = bench({ wanted: false });
    await open();
    expect(calls).toEqual([]);
  });
});
