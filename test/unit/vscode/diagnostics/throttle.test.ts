import { afterEach, beforeEach, describe, expect, vi, test } from 'vitest';
import { Throttle } from '../../../../src/vscode/diagnostics/throttle';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs that end when the test says so. */
function heldRuns(): { readonly run: () => Promise<void>; readonly ends: (() => void)[] } {
  const ends: (() => void)[] = [];
  return { ends, run: () => new Promise((resolve) => ends.push(resolve)) };
}

describe('Paced', () => {
  test('makes one run of many requests, at once when there was none before', async () => {
    const { run, ends } = heldRuns();
    const paced = new Throttle(run, 3000, Date.now);
    for (let i = 0; i < 10; i += 1) paced.request();
    await vi.advanceTimersByTimeAsync(0);
    expect(ends).toHaveLength(1);
    paced.dispose();
  });

  test('pauses between two beginnings, and loses no request that came during a run', async () => {
    const { run, ends } = heldRuns();
    const paced = new Throttle(run, 3000, Date.now);
    paced.request();
    await vi.advanceTimersByTimeAsync(1000);
    paced.request();
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(1900);
    expect(ends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(ends).toHaveLength(2);
    paced.dispose();
  });

  test('gives a fresh run to whoever has just changed something, not the one under way', async () => {
    const { run, ends } = heldRuns();
    const paced = new Throttle(run, 3000, Date.now);
    paced.request();
    await vi.advanceTimersByTimeAsync(0);
    let fresh = false;
    const waiting = (async () => {
      await paced.fresh();
      fresh = true;
    })();
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect([fresh, ends.length]).toEqual([false, 2]);
    ends[1]?.();
    await waiting;
    expect(fresh).toBe(true);
    paced.dispose();
  });

  test('runs nothing after its end', async () => {
    const { run, ends } = heldRuns();
    const paced = new Throttle(run, 3000, Date.now);
    paced.request();
    paced.dispose();
    paced.request();
    await paced.fresh();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ends).toHaveLength(0);
  });
});
