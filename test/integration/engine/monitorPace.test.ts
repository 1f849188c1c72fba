import { utimesSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { Litter, wait } from './fakeDockerd';
import { fast, socketIn, Watched } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

describe('how often it asks', () => {
  test('one ping at a time, however many files change', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path, { ping: 'silent' });
    const watched = new Watched(litter, path);
    const startedAt = performance.now();
    for (let n = 0; n < 100; n += 1) {
      utimesSync(path, n, n);
      await wait(3);
    }
    const took = performance.now() - startedAt;
    const { ping } = await daemon.counts();
    // One in 20 ms, and the first.
    expect(ping).toBeLessThanOrEqual(took / 20 + 2);
    const refreshed = [watched.monitor.refresh(), watched.monitor.refresh()];
    utimesSync(path, 1, 1);
    await wait(50);
    daemon.mode('ping', 'ok');
    await Promise.all(refreshed);
    await watched.kind('running');
    expect((await daemon.counts()).mostPingsAtOnce).toBe(1);
  });

  test('no timer under 2 s while the engine is up', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const waits: number[] = [];
    const clock = fast(6);
    const watched = new Watched(litter, path, {
      clock: {
        ...clock,
        after(ms, call) {
          waits.push(ms);
          return clock.after(ms, call);
        },
      },
    });
    await watched.until((state) => state.details !== undefined);
    while (waits.length <= 4) await wait(50);
    // From the start of one ping to the start of the next; its own time is taken off, and counts sixfold here.
    expect(Math.min(...waits)).toBeGreaterThan(1000);
  });

  test('a burst of container events is one question', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path);
    await watched.until((state) => state.details !== undefined);
    await wait(1100);
    const event = `${JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: 'a' } })}\n`;
    for (let running = 2; running < 12; running += 1) daemon.emit(event, running);
    expect(await watched.until((state) => state.details?.containersRunning === 11)).toBeLessThan(1000);
    await wait(1200);
    expect((await daemon.counts()).info).toBe(2);
  });

  test('an event stream that is refused is not asked for again and again', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path, { events: 403 });
    const watched = new Watched(litter, path, { clock: fast(10) });
    await watched.kind('running');
    await wait(1000);
    const { events, ping } = await daemon.counts();
    expect(events).toBe(1);
    expect(ping).toBeLessThan(8);
  });

  test('an event stream that ends at once is opened again with the pings', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path, { clock: fast(10) });
    await watched.kind('running');
    const ender = setInterval(() => daemon.endStreams(), 10);
    litter.later(() => clearInterval(ender));
    await wait(1000);
    const { events, ping } = await daemon.counts();
    expect(events).toBeGreaterThan(2);
    expect(events).toBeLessThan(12);
    expect(ping).toBeLessThan(24);
    expect(watched.kinds).toEqual(['unknown', 'running']);
  });
});
