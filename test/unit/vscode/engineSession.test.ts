import { describe, expect, test } from 'vitest';

import type { EngineState } from '../../../src/engine/state';
import { connectTo, EngineSession, type Connection, type StateListener } from '../../../src/vscode/engineSession';
import { someTime, stateOf } from './states';

function bench() {
  const opened: { host: string | undefined; become: (state: EngineState) => void; disposed: boolean }[] = [];
  const connect = (host: string | undefined): Connection => {
    const listeners = new Set<StateListener>();
    let state = stateOf('unknown', 'not-asked-yet');
    const record = {
      host,
      disposed: false,
      become: (next: EngineState) => {
        const previous = state;
        state = next;
        for (const listener of listeners) listener(next, previous);
      },
    };
    opened.push(record);
    return {
      endpoint: { ok: false, message: 'not needed' },
      monitor: {
        get state() {
          return state;
        },
        onChange: (listener) => {
          listeners.add(listener);
          return { dispose: () => listeners.delete(listener) };
        },
        refresh: () => Promise.resolve(state),
        learn: () => undefined,
        dispose: () => {
          record.disposed = true;
          listeners.clear();
        },
      },
    };
  };
  const engine = new EngineSession(connect, someTime);
  const seen: string[] = [];
  engine.onChange((state, previous) => seen.push(`${previous.kind} → ${state.kind}`));
  return { engine, opened, seen };
}

describe('EngineSession', () => {
  test('opens nothing by itself, and knows nothing until it is told where to look', async () => {
    const { engine, opened } = bench();
    expect(opened).toEqual([]);
    expect(engine.state).toMatchObject({ kind: 'unknown', since: someTime, cause: { code: 'not-asked-yet' } });
    expect((await engine.refresh()).kind).toBe('unknown');
    expect(engine.endpoint).toBeUndefined();
  });

  test('passes on what its connection sees', () => {
    const { engine, opened, seen } = bench();
    engine.use(undefined);
    opened[0]?.become(stateOf('running'));
    expect(engine.state.kind).toBe('running');
    expect(seen).toEqual(['unknown → unknown', 'unknown → running']);
  });

  test('goes over to another endpoint: the old connection ends, the listeners stay', () => {
    const { engine, opened, seen } = bench();
    engine.use(undefined);
    opened[0]?.become(stateOf('running'));
    engine.use('tcp://box:2375');
    expect(opened.map(({ host, disposed }) => [host, disposed])).toEqual([
      [undefined, true],
      ['tcp://box:2375', false],
    ]);
    opened[0]?.become(stateOf('stopped'));
    opened[1]?.become(stateOf('failed', 'crashed'));
    expect(seen.slice(2)).toEqual(['running → unknown', 'unknown → failed']);
  });

  test('ends its connection, tells nobody afterwards, and opens no other', () => {
    const { engine, opened, seen } = bench();
    engine.use(undefined);
    engine.dispose();
    expect(opened[0]?.disposed).toBe(true);
    opened[0]?.become(stateOf('running'));
    engine.use('tcp://box:2375');
    expect([seen.length, opened.length]).toEqual([1, 1]);
  });
});

describe('connectTo', () => {
  test('watches nothing at an endpoint that cannot be used, and says why in the state', () => {
    const { endpoint, monitor } = connectTo(
      'ssh://box',
      { info: () => undefined, error: () => undefined },
      () => undefined,
      () => Promise.resolve(undefined),
    );
    expect([endpoint.ok, monitor.state]).toMatchObject([false, { kind: 'misconfigured' }]);
    monitor.dispose();
  });
});
