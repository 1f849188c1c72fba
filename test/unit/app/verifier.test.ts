import { describe, expect, test } from 'vitest';
import { Verifier, type VerifierParts } from '../../../src/app/verifier';
import type { TimedVerification, Verification } from '../../../src/engine/verification';
import type { Endpoint } from '../../../src/engine/endpoint';
import type { EngineState, StateKind } from '../../../src/engine/state';

const endpoint: Endpoint = {
  kind: 'unix',
  socketPath: '/var/run/docker.sock',
  display: 'unix:///var/run/docker.sock',
  source: 'default',
};
const state = (kind: StateKind): EngineState => ({ kind, since: 0 });
const broken = { verdict: 'no', step: 'start', message: 'exec: "runc": not found' } as const;

/** A verifier with a clock in the test's hand. */
function watched(results: Verification[], more: Partial<VerifierParts> = {}) {
  let now = 0;
  const timers: { at: number; call: () => void }[] = [];
  const book = new Map<string, TimedVerification>();
  const told: (TimedVerification | undefined)[] = [];
  const record = { changed: (): void => undefined, watched: true };
  const trials: { identity: string; signal: AbortSignal }[] = [];
  const daemon = { identity: 'start 1' as string | undefined };
  const parts: VerifierParts = {
    trial: async (_endpoint, identity, signal) => {
      trials.push({ identity, signal });
      return Promise.resolve(results.shift() ?? { verdict: 'yes' });
    },
    identity: () => Promise.resolve(daemon.identity),
    remembered: (identity) => Promise.resolve(book.get(identity)),
    doubtSince: () => Promise.resolve(undefined),
    remember: (identity, verification) => {
      book.set(identity, verification);
      return Promise.resolve();
    },
    automatic: () => true,
    watchRecord: (onChange) => {
      record.changed = onChange;
      return { dispose: () => void (record.watched = false) };
    },
    onResult: (verification) => void told.push(verification),
    clock: {
      now: () => now,
      elapsed: () => now,
      after: (ms, call) => {
        const timer = { at: now + ms, call };
        timers.push(timer);
        return { cancel: () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1)) };
      },
    },
    log: { info: () => undefined, error: (message) => expect.unreachable(message) },
    ...more,
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const pass = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (;;) {
      await settle();
      const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      now = next.at;
      timers.splice(timers.indexOf(next), 1);
      next.call();
    }
    now = end;
    await settle();
  };
  const verifier = new Verifier(parts);
  return { verifier, pass, told, trials, book, daemon, record };
}

describe('whether containers run', () => {
  test('is found out once for a start of a daemon, whatever states follow, and remembered', async () => {
    const { verifier, pass, told, trials, book } = watched([]);
    verifier.observe(state('starting'), endpoint);
    verifier.observe(state('running'), endpoint);
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    await pass(600_000);
    expect(told).toEqual([{ verdict: 'yes', at: 300 }]);
    expect(trials.map(({ identity }) => identity)).toEqual(['start 1']);
    expect(book.get('start 1')).toMatchObject({ verdict: 'yes' });
  });

  test('a failure is looked at again once a minute until it is gone, however it was found', async () => {
    const { verifier, pass, told, trials, book } = watched([broken, broken, { verdict: 'yes' }]);
    book.set('start 1', { verdict: 'no', step: 'run', message: 'old', at: 0 });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    verifier.observe(state('cannot-run'), endpoint);
    expect(trials).toHaveLength(0);
    await pass(60_000);
    expect(trials).toHaveLength(1);
    await pass(600_000);
    expect(trials).toHaveLength(3);
    expect(told.at(-1)).toMatchObject({ verdict: 'yes' });
    expect(book.get('start 1')).toMatchObject({ verdict: 'yes' });
  });

  test('is not tried again by another window, and is by one of a new start', async () => {
    const { verifier, pass, told, trials, book, daemon } = watched([]);
    book.set('start 1', { verdict: 'yes', at: 0 });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    expect(trials).toEqual([]);
    verifier.observe(state('stopped'), endpoint);
    daemon.identity = 'start 2';
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    expect(trials.map(({ identity }) => identity)).toEqual(['start 2']);
    expect(told).toMatchObject([{ verdict: 'yes' }, undefined, { verdict: 'yes' }]);
  });

  test('is tried again where something speaks against what is remembered, and believed where nothing does', async () => {
    const asked: number[] = [];
    const { verifier, pass, told, trials, book } = watched([broken], {
      doubtSince: (_endpoint, since) => {
        asked.push(since);
        return Promise.resolve(since === 7 ? 'A container failed since one ran: x' : undefined);
      },
    });
    book.set('start 1', { verdict: 'yes', at: 7 });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    expect([asked, trials.length]).toEqual([[7], 1]);
    expect(told).toMatchObject([broken]);

    const believed = watched([]);
    believed.book.set('start 1', { verdict: 'yes', at: 7 });
    believed.verifier.observe(state('running'), endpoint);
    await believed.pass(1000);
    expect([believed.told, believed.trials]).toEqual([[{ verdict: 'yes', at: 7 }], []]);
  });

  test('what another window writes is not believed where something speaks against it', async () => {
    const { verifier, pass, told, book, record } = watched([broken], {
      doubtSince: () => Promise.resolve('runc is gone'),
    });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    book.set('start 1', { verdict: 'yes', at: 7 });
    record.changed();
    await pass(1000);
    expect(told).toMatchObject([broken]);
  });

  test('is doubted at most once a minute, and then what is remembered does not count', async () => {
    const { verifier, pass, told, trials } = watched([{ verdict: 'yes' }, { verdict: 'yes' }]);
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    verifier.doubt();
    await pass(1000);
    expect(told).toMatchObject([{ verdict: 'yes' }, { verdict: 'yes' }]);
    for (let second = 0; second < 50; second += 1) {
      verifier.doubt();
      await pass(1000);
    }
    expect(trials).toHaveLength(2);
    await pass(60_000);
    expect(trials).toHaveLength(3);
  });

  test('a doubt that comes while a container is tried is looked into after it', async () => {
    let finish: (found: Verification) => void = () => undefined;
    let tries = 0;
    const { verifier, pass } = watched([], {
      trial: () => {
        tries += 1;
        return new Promise((resolve) => (finish = resolve));
      },
    });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    verifier.doubt();
    await pass(10_000);
    expect(tries).toBe(1);
    finish({ verdict: 'yes' });
    await pass(5000);
    expect(tries).toBe(2);
  });

  test('is not tried where nobody asked for it', async () => {
    const { verifier, pass, trials } = watched([], { automatic: () => false });
    verifier.observe(state('running'), endpoint);
    verifier.doubt();
    await pass(60_000);
    expect(trials).toEqual([]);
  });

  test('an engine that goes away ends the trial, and its result is nobody’s', async () => {
    let finish: (found: Verification) => void = () => undefined;
    const signals: AbortSignal[] = [];
    const { verifier, pass, told, book } = watched([], {
      trial: (_endpoint, _identity, signal) => {
        signals.push(signal);
        return new Promise((resolve) => (finish = resolve));
      },
    });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    verifier.observe(state('stopped'), endpoint);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    finish({ verdict: 'yes' });
    await pass(1000);
    expect(told).toEqual([undefined]);
    expect(book.size).toBe(0);
  });

  test('a trial that could not be made is made again, and not for ever', async () => {
    const unknown: Verification = { verdict: 'unknown', message: 'another window' };
    const { verifier, pass, told, trials } = watched(Array.from({ length: 20 }, () => unknown));
    verifier.observe(state('running'), endpoint);
    await pass(600_000);
    expect(trials).toHaveLength(6);
    expect(told).toEqual([]);
  });

  test('what a daemon showed that was replaced meanwhile is not kept under the name of the next', async () => {
    const { verifier, pass, book, daemon } = watched([], {
      trial: () => {
        daemon.identity = 'start 2';
        return Promise.resolve({ verdict: 'yes' });
      },
    });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    expect([...book.keys()]).toEqual([]);
  });

  test('on a daemon of others, and where it is turned off, only what somebody found out on request is told', async () => {
    for (const kind of ['foreign', 'running'] as const) {
      const automatic = () => kind === 'foreign';
      const { verifier, pass, told, trials, book, record } = watched([], { automatic });
      verifier.observe(state(kind), endpoint);
      await pass(60_000);
      expect([kind, told, trials]).toEqual([kind, [], []]);
      book.set('start 1', { verdict: 'yes', at: 7 });
      record.changed();
      await pass(1000);
      expect([told, trials]).toEqual([[{ verdict: 'yes', at: 7 }], []]);
    }
  });

  test('what another window found out is told at once, and its end is the end of the watch', async () => {
    const { verifier, pass, told, trials, book, record } = watched([]);
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    book.set('start 1', { ...broken, at: 2000 });
    record.changed();
    await pass(1000);
    expect(told.at(-1)).toEqual({ ...broken, at: 2000 });
    expect(trials).toHaveLength(1);
    verifier.dispose();
    expect(record.watched).toBe(false);
  });

  test('turned off, a trial that runs ends, and what was found out stays; turned on, it is found out', async () => {
    let on = true;
    const signals: AbortSignal[] = [];
    const { verifier, pass, told } = watched([], {
      automatic: () => on,
      trial: (_endpoint, _identity, signal) => {
        signals.push(signal);
        return signals.length === 1 ? new Promise(() => undefined) : Promise.resolve({ verdict: 'yes' });
      },
    });
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    on = false;
    verifier.observe(state('running'), endpoint);
    verifier.doubt();
    await pass(120_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    on = true;
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    expect(told).toMatchObject([{ verdict: 'yes' }]);
    on = false;
    verifier.observe(state('running'), endpoint);
    await pass(1000);
    expect(new Set(told.map((one) => one?.verdict))).toEqual(new Set(['yes']));
  });
});
