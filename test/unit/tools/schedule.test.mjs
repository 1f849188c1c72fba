import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heavyWeight, inOrder, runQueue, toStart } from '../../../tools/test/schedule.mjs';

/** @typedef {import('../../../tools/test/schedule.mjs').Load} Load */

const limits = { cpus: 1.9, slots: 8 };

/** @param {string} id @param {number} wallMs @param {number} weight @returns {Load} */
const job = (id, wallMs, weight, alone = false) => ({ id, wallMs, weight, alone });
/** @param {readonly Load[]} jobs */
const ids = (jobs) => jobs.map(({ id }) => id);
/** @param {Load} one */
const running = (one, began = 0) => ({ job: one, began });

describe('what starts', () => {
  test('those that are alone first, then the longest', () => {
    const jobs = [job('short', 1, 1), job('long', 9, 1), job('alone', 2, 1, true), job('alone longer', 3, 1, true)];
    expect(ids(inOrder(jobs))).toEqual(['alone longer', 'alone', 'long', 'short']);
  });

  test('as many as the CPUs have room for', () => {
    const jobs = [1, 2, 3, 4, 5, 6].map((id) => job(String(id), 10, 0.4));
    expect(ids(toStart(jobs, [], limits, 0))).toEqual(['1', '2', '3', '4']);
  });

  test('not more than there are slots, however little they do', () => {
    const jobs = Array.from({ length: 20 }, (_, id) => job(String(id), 10, 0.01));
    expect(toStart(jobs, [], limits, 0)).toHaveLength(8);
    expect(toStart(jobs, [running(job('x', 5, 0.01))], limits, 0)).toHaveLength(7);
  });

  test('one that is heavier than the whole budget runs by itself', () => {
    expect(ids(toStart([job('huge', 10, 4), job('small', 10, 0.1)], [], limits, 0))).toEqual(['huge']);
    expect(toStart([job('huge', 10, 4)], [running(job('small', 10, 0.1))], limits, 0)).toEqual([]);
  });

  test('nothing that keeps a CPU busy beside one that is alone; light ones yes', () => {
    const alone = job('alone', 10, 0.6, true);
    const jobs = [job('heavy', 9, heavyWeight), job('light', 8, 0.3)];
    expect(ids(toStart([alone, ...jobs], [], limits, 0))).toEqual(['alone', 'light']);
    expect(toStart([alone], [running(job('heavy', 9, heavyWeight))], limits, 0)).toEqual([]);
    expect(ids(toStart([alone], [running(job('light', 9, 0.3))], limits, 0))).toEqual(['alone']);
    expect(toStart([alone], [running(job('light', 9, 0.3))], { ...limits, quietCpus: 0.8 }, 0)).toEqual([]);
    expect(toStart([alone], [running({ ...job('heavy by what it is', 9, 0.3), heavy: true })], limits, 0)).toEqual([]);
  });
});

describe('the first that does not fit', () => {
  const heavy = job('heavy', 100, 1.5);

  test('is not starved: one behind it that would still run when there is room waits too', () => {
    const busy = [running(job('a', 10, 0.8)), running(job('b', 30, 0.4))];
    expect(toStart([heavy, job('long', 50, 0.4)], busy, limits, 0)).toEqual([]);
  });

  test('is passed by one that has ended by then', () => {
    const busy = [running(job('a', 10, 0.8)), running(job('b', 30, 0.4))];
    expect(ids(toStart([heavy, job('short', 9, 0.4)], busy, limits, 0))).toEqual(['short']);
  });

  test('is passed by one that leaves it its room', () => {
    const busy = [running(job('a', 10, 0.8))];
    expect(ids(toStart([heavy, job('long', 500, 0.3), job('second', 500, 0.3)], busy, limits, 0))).toEqual(['long']);
  });

  test('is passed by those that take no longer than what runs is late', () => {
    const late = [running(job('late', 10, 0.8))];
    expect(toStart([heavy, job('long', 500, 0.6)], late, limits, 60)).toEqual([]);
    expect(ids(toStart([heavy, job('long', 51, 0.6), job('short', 50, 0.6)], late, limits, 60))).toEqual(['short']);
  });
});

const anyJobs = fc.array(
  fc.record({
    wallMs: fc.integer({ min: 1, max: 500 }),
    weight: fc.double({ min: 0, max: 2.5, noNaN: true }),
    alone: fc.boolean(),
  }),
  { maxLength: 40 },
);

test('whatever the jobs: all run once, the budget holds, nothing heavy is beside one that is alone, and no time is idle', () => {
  fc.assert(
    fc.property(anyJobs, (loads) => {
      /** @type {Load[]} */
      const all = loads.map((load, id) => ({ id: String(id), ...load }));
      let waiting = inOrder(all);
      /** @type {{ job: Load, began: number }[]} */
      let active = [];
      const seen = new Set();
      let now = 0;
      while (waiting.length > 0 || active.length > 0) {
        const started = toStart(waiting, active, limits, now);
        waiting = waiting.filter((one) => !started.includes(one));
        active.push(...started.map((one) => ({ job: one, began: now })));
        for (const { id } of started) seen.add(id);
        expect(active.length).toBeGreaterThan(0);
        expect(active.length).toBeLessThanOrEqual(limits.slots);
        const jobs = active.map((one) => one.job);
        if (jobs.length > 1) {
          expect(jobs.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThan(limits.cpus + 0.001);
          const heavy = jobs.filter(({ weight }) => weight >= heavyWeight);
          if (jobs.some(({ alone }) => alone))
            expect(heavy.length === 0 || (heavy.length === 1 && heavy[0]?.alone)).toBe(true);
        }
        now = Math.min(...active.map(({ began, job: one }) => began + one.wallMs));
        active = active.filter(({ began, job: one }) => began + one.wallMs > now);
      }
      expect(seen.size).toBe(loads.length);
    }),
  );
});

describe('the queue', () => {
  const pause = (/** @type {number} */ ms) => setTimeout(ms);

  test('runs all, never more than fit', async () => {
    const jobs = Array.from({ length: 12 }, (_, id) => job(String(id), 5, 0.6));
    let now = 0;
    let most = 0;
    /** @type {string[]} */
    const ran = [];
    await runQueue(jobs, limits, async ({ id }) => {
      now += 1;
      most = Math.max(most, now);
      await pause(2);
      now -= 1;
      ran.push(id);
    });
    expect(new Set(ran).size).toBe(12);
    expect(most).toBe(3);
  });

  test('one that throws: no more are started, those that run are waited for, then it is thrown', async () => {
    const jobs = [job('bad', 9, 0.9), job('good', 8, 0.9), job('never', 7, 0.9)];
    /** @type {string[]} */
    const ended = [];
    const queue = runQueue(jobs, limits, async ({ id }) => {
      if (id === 'bad') throw new Error('broken');
      await pause(20);
      ended.push(id);
    });
    await expect(queue).rejects.toThrow('broken');
    expect(ended).toEqual(['good']);
  });

  test('nothing to do is done', async () =>
    expect(runQueue([], limits, () => Promise.reject(new Error('no')))).resolves.toBeUndefined());
});
