import { mkdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Litter, wait } from './fakeDockerd';
import { fast, socketIn, Watched } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

describe('an engine that comes and goes', () => {
  test('is seen running, with what it says of itself', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path);
    expect(watched.monitor.state.cause?.code).toBe('not-asked-yet');
    await watched.until((state) => state.details !== undefined);
    expect(watched.monitor.state).toMatchObject({ kind: 'running', engineVersion: '20.10.24' });
    expect(await daemon.counts()).toMatchObject({ ping: 1, info: 1, events: 1, streams: 1 });
  });

  test('killed: seen at once, by the end of its stream; started again: seen at once, by its socket', async () => {
    const path = socketIn(litter.folder());
    const watched = new Watched(litter, path);
    for (let round = 0; round < 3; round += 1) {
      const daemon = await litter.daemon(path);
      expect(await watched.until((state) => state.details !== undefined)).toBeLessThan(1000);
      await daemon.kill();
      expect(await watched.kind('failed')).toBeLessThan(500);
      expect(watched.monitor.state.cause?.code).toBe('crashed');
      expect(watched.monitor.state).not.toHaveProperty('details');
      unlinkSync(path);
      await watched.kind('stopped');
    }
  });

  test('ended in order: stopped, not crashed', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path);
    await watched.kind('running');
    await daemon.exit();
    await watched.kind('stopped');
    expect(watched.kinds).toEqual(['unknown', 'running', 'stopped']);
  });

  test('its socket removed from under it: seen, though its stream goes on', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const watched = new Watched(litter, path);
    await watched.kind('running');
    unlinkSync(path);
    expect(await watched.kind('stopped')).toBeLessThan(500);
  });

  test('its folder made after the monitor began', async () => {
    const folder = join(litter.folder(), 'var', 'run');
    const watched = new Watched(litter, socketIn(folder), { random: () => 0 });
    await watched.kind('stopped');
    await wait(400);
    mkdirSync(folder, { recursive: true });
    await wait(50);
    await litter.daemon(socketIn(folder));
    expect(await watched.kind('running')).toBeLessThan(500);
  });

  test('found by asking where nothing can be watched', async () => {
    // The kernel watches no file of /proc for us: the path leads through a link there that names another folder.
    const folder = litter.folder();
    const watched = new Watched(litter, `/proc/self/root${socketIn(folder)}`);
    await watched.kind('stopped');
    await litter.daemon(socketIn(folder));
    await watched.kind('running', 6000);
  });

  test('comes up slowly, started by hand: the ping waits for it and no hang is reported', async () => {
    const path = socketIn(litter.folder());
    const watched = new Watched(litter, path);
    await watched.kind('stopped');
    const daemon = await litter.daemon(path, { ping: 'silent' });
    await wait(1500);
    daemon.mode('ping', 'ok');
    expect(await watched.kind('running')).toBeLessThan(300);
    expect(watched.kinds).toEqual(['unknown', 'stopped', 'running']);
  });
});

describe('an engine that does not answer', () => {
  test('frozen: hung within 3 s, running again when it goes on', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path);
    await watched.until((state) => state.details !== undefined);
    daemon.freeze();
    litter.later(() => daemon.thaw());
    expect(await watched.kind('hung')).toBeLessThan(3000);
    expect(watched.monitor.state.details).toBeDefined();
    await wait(300);
    daemon.thaw();
    expect(await watched.kind('running')).toBeLessThan(1000);
    await wait(100);
    expect((await daemon.counts()).events).toBe(1);
  });

  test('that answers after more than a second each time: slow, with no to and fro, until it is fast again', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path, { ping: 'slow', info: 'slow' });
    const watched = new Watched(litter, path, { clock: fast(10) });
    await watched.until((state) => state.cause?.code === 'slow', 8000);
    const second = watched.monitor.refresh();
    expect((await second).cause?.code).toBe('slow');
    await wait(2000);
    expect(watched.kinds).toEqual(['unknown', 'hung', 'running']);
    expect(watched.monitor.state.details).toBeDefined();
    daemon.mode('ping', 'ok');
    daemon.mode('info', 'ok');
    await watched.until((state) => state.kind === 'running' && state.cause === undefined, 6000);
    expect(watched.kinds).toEqual(['unknown', 'hung', 'running']);
  }, 20_000);

  test('frozen when the monitor begins: hung after its first ping', async () => {
    const path = socketIn(litter.folder());
    (await litter.daemon(path)).freeze();
    expect(await new Watched(litter, path).kind('hung')).toBeLessThan(1800);
  });

  test('a silent /info: degraded, whatever the pings say, until /info answers', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path, { clock: fast(10) });
    await watched.until((state) => state.details !== undefined);
    daemon.mode('info', 'silent');
    // The next /info is asked 7 s later, which is 0.7 s here, and has 2.5 s in every clock.
    const took = await watched.kind('degraded', 6000);
    expect(took).toBeGreaterThan(2400);
    expect(watched.monitor.state.cause?.code).toBe('info-timeout');
    const before = await daemon.counts();
    await wait(600);
    expect((await daemon.counts()).ping).toBeGreaterThan(before.ping);
    expect(watched.monitor.state.kind).toBe('degraded');
    daemon.mode('info', 'ok');
    await watched.kind('running');
  }, 15_000);

  test('errors: degraded, and running again', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path, { ping: 503 });
    const watched = new Watched(litter, path, { clock: fast(10) });
    await watched.kind('degraded');
    expect(watched.monitor.state.cause).toEqual({
      code: 'http-status',
      evidence: 'HTTP 503 {"message":"told to fail"}',
    });
    daemon.mode('ping', 'ok');
    await watched.kind('running');
  });
});
