import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import type { StandingFinding } from '../../../src/app/verdict';
import { RunningWarning, worthTelling } from '../../../src/vscode/runningWarning';
import { findingOf } from './diagnostics/findings';
import { ownEndpoint, someDetails, stateOf } from './states';

const running = stateOf('running');
const busier = stateOf('running', undefined, { details: { ...someDetails, containersRunning: 3 } });
const full = findingOf({}, 'storage.data-root-full');

function bench() {
  const told: (string | undefined)[] = [];
  const errors: string[] = [];
  const knobs = {
    looks: 0,
    known: [] as (string | undefined)[],
    fault: undefined as StandingFinding | undefined,
    failure: undefined as Error | undefined,
  };
  const standing = new RunningWarning({
    examine: (known) => {
      knobs.looks += 1;
      knobs.known.push(known?.id);
      return knobs.failure === undefined ? Promise.resolve(knobs.fault) : Promise.reject(knobs.failure);
    },
    onChange: (fault) => told.push(fault?.id),
    now: () => Date.now(),
    log: { error: (message) => errors.push(message) },
  });
  return { standing, told, errors, knobs, wait: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

describe('RunningWarning', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('looks some seconds after the engine has begun to run, once while nothing changes', async () => {
    const { standing, knobs, told, wait } = bench();
    standing.observe(stateOf('starting'), ownEndpoint);
    await wait(60_000);
    expect(knobs.looks).toBe(0);
    standing.observe(running, ownEndpoint);
    await wait(4999);
    expect(knobs.looks).toBe(0);
    await wait(1);
    expect(knobs.looks).toBe(1);
    await wait(3_600_000);
    expect([knobs.looks, told]).toEqual([1, []]);
  });

  test('looks again when something changed, once a minute at most', async () => {
    const { standing, knobs, wait } = bench();
    standing.observe(running, ownEndpoint);
    await wait(5000);
    for (let i = 0; i < 100; i += 1) {
      standing.observe(busier, ownEndpoint);
      await wait(1000);
    }
    expect(knobs.looks).toBe(2);
  });

  test('shows what stands, and goes on looking until it is gone', async () => {
    const { standing, knobs, told, wait } = bench();
    knobs.fault = full;
    standing.observe(running, ownEndpoint);
    await wait(5000);
    expect(standing.current).toBe(full);
    await wait(60_000);
    expect([knobs.looks, told]).toEqual([2, ['storage.data-root-full']]);
    knobs.fault = undefined;
    await wait(60_000);
    expect([standing.current, told]).toEqual([undefined, ['storage.data-root-full', undefined]]);
    await wait(3_600_000);
    expect(knobs.looks).toBe(3);
  });

  test('what the log says in words that no rule knows is shown where nothing is worse, and not looked for by itself', async () => {
    const { standing, knobs, told, wait } = bench();
    const unknown = { ...findingOf({}, 'log.not-recognised'), severity: 'warning' } as const;
    const other = { ...findingOf({}, 'storage.vfs-fallback'), severity: 'warning' } as const;
    expect(worthTelling([other, unknown, full])).toBe(full);
    expect(worthTelling([other, unknown])).toBe(unknown);
    expect(worthTelling([other])).toBeUndefined();
    knobs.fault = unknown;
    standing.observe(running, ownEndpoint);
    await wait(3_600_000);
    expect([knobs.looks, told]).toEqual([1, ['log.not-recognised']]);
  });

  test('is none of an engine that ended, also when the look comes back later', async () => {
    const { standing, knobs, told, wait } = bench();
    knobs.fault = full;
    standing.observe(running, ownEndpoint);
    await wait(5000);
    standing.observe(stateOf('failed', 'crashed'), ownEndpoint);
    expect([standing.current, told]).toEqual([undefined, ['storage.data-root-full', undefined]]);
    await wait(3_600_000);
    expect(knobs.looks).toBe(1);

    standing.observe(running, ownEndpoint);
    vi.advanceTimersByTime(5000);
    standing.observe(stateOf('stopped'), ownEndpoint);
    await wait(0);
    expect(knobs.looks).toBe(2);
    expect(standing.current).toBeUndefined();
  });

  test('tells in the log that it could not look, and does so at the next change', async () => {
    const { standing, knobs, errors, wait } = bench();
    knobs.failure = new Error('gone');
    standing.observe(running, ownEndpoint);
    await wait(5000);
    expect(errors).toEqual(['The machine cannot be examined: Error: gone']);
    knobs.failure = undefined;
    standing.observe(busier, ownEndpoint);
    await wait(60_000);
    expect(knobs.looks).toBe(2);
  });

  test("is not looked for where the engine is another machine's", async () => {
    const { standing, knobs, wait } = bench();
    standing.observe(running, undefined);
    standing.observe(stateOf('foreign'), ownEndpoint);
    standing.learn([full]);
    await wait(3_600_000);
    expect([knobs.looks, standing.current]).toEqual([0, undefined]);
  });

  test('is that of the page at once, until a look of its own says otherwise', async () => {
    const { standing, knobs, told, wait } = bench();
    standing.observe(running, ownEndpoint);
    standing.learn([{ ...full, severity: 'warning' }, full]);
    expect(standing.current).toBe(full);
    await wait(5000);
    expect([knobs.known, told]).toEqual([[full.id], [full.id, undefined]]);
    standing.learn([]);
    expect(told).toHaveLength(2);
  });

  test('ends with the window', async () => {
    const { standing, knobs, wait } = bench();
    standing.observe(running, ownEndpoint);
    standing.dispose();
    standing.observe(running, ownEndpoint);
    await wait(3_600_000);
    expect(knobs.looks).toBe(0);
  });
});
