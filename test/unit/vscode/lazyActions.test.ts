import { describe, expect, test } from 'vitest';
import { describe as describeState } from '../../../src/diagnosis/describe';
import { stateKinds, type EngineState } from '../../../src/engine/state';
import { fallbackText, LazyActions, needsExplaining } from '../../../src/vscode/lazyActions';
import type * as actionsOutput from '../../../src/vscode/actions';
import type { ActionParts } from '../../../src/vscode/actions';
import { stateOf } from './states';

describe('fallbackText', () => {
  test('says of the plain states what describe says', () => {
    for (const kind of stateKinds) {
      const state = stateOf(kind, kind === 'unknown' ? 'not-asked-yet' : undefined);
      if (needsExplaining(state)) continue;
      const { headline, nextSteps } = describeState(state);
      expect(fallbackText(state, true)).toEqual({ headline, explanation: '', nextSteps });
    }
  });

  test('leaves to describe what is not plain', () => {
    expect(stateKinds.filter((kind) => needsExplaining(stateOf(kind)))).toEqual([
      'unknown',
      'not-installed',
      'stopped',
      'degraded',
      'cannot-run',
      'hung',
      'denied',
      'misconfigured',
      'failed',
      'foreign',
    ]);
    expect(needsExplaining(stateOf('unknown', 'not-asked-yet'))).toBe(false);
    expect(needsExplaining(stateOf('running', 'slow'))).toBe(true);
    expect(needsExplaining(stateOf('starting', 'takes-long'))).toBe(true);
  });

  test('offers nothing for a daemon that is not ours to manage', () => {
    expect(fallbackText(stateOf('running'), false).nextSteps).toEqual([]);
  });
});

describe('LazyActions', () => {
  function bench(load: () => Promise<unknown> = () => Promise.resolve({ Actions: FakeActions })) {
    const seen: string[] = [];
    const parts = {
      engine: { state: stateOf('stopped') },
      onChange: () => seen.push('changed'),
      log: { error: (text: string) => seen.push(text) },
      seen,
    };
    const actions = new LazyActions(load as () => Promise<typeof actionsOutput>, parts as unknown as ActionParts);
    return { actions, seen };
  }
  class FakeActions {
    readonly #parts: { seen: string[] };
    constructor(parts: { seen: string[] }) {
      this.#parts = parts;
    }
    observe({ kind }: EngineState): void {
      this.#parts.seen.push(kind);
    }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test('is loaded by the first state that is not plain, and told of every one after it', async () => {
    const { actions, seen } = bench();
    actions.observe(stateOf('running'));
    await settled();
    expect(actions.now).toBeUndefined();
    actions.observe(stateOf('stopped'));
    await settled();
    expect(seen).toEqual(['stopped', 'changed']);
    actions.observe(stateOf('running'));
    expect(seen).toEqual(['stopped', 'changed', 'running']);
  });

  test('logs a load that failed, and tries again', async () => {
    let tries = 0;
    const { actions, seen } = bench(() => Promise.reject(new Error(`no file ${(tries += 1)}`)));
    for (let i = 0; i < 2; i += 1) {
      actions.observe(stateOf('stopped'));
      await settled();
    }
    expect(seen).toEqual([1, 2].map((n) => `The explanations cannot be loaded: Error: no file ${n}`));
  });
});
