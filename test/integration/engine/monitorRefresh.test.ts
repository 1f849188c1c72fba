import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Litter, wait } from './fakeDockerd';
import { fast, say, socketIn, Watched } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

describe('refresh', () => {
  test('in the foreground asks when told, and only then', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const { monitor } = new Watched(litter, path, { background: false, clock: fast(40) });
    await wait(50);
    expect((await daemon.counts()).ping).toBe(0);
    expect(await monitor.refresh()).toMatchObject({ kind: 'running', details: { containersRunning: 1 } });
    // Ten seconds, for its clock.
    await wait(250);
    expect(await daemon.counts()).toMatchObject({ ping: 1, info: 1, events: 0 });
  });

  test('gives what is true now, not what was', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path);
    await watched.until((state) => state.details !== undefined);
    daemon.emit('', 5);
    daemon.mode('info', 'ok');
    await daemon.counts();
    expect((await watched.monitor.refresh()).details?.containersRunning).toBe(5);
  });

  test('is bounded: a frozen daemon costs 0.9 s, helper or not', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    (await litter.daemon(path)).freeze();
    say(helperStatePath, { state: 'restarting' });
    const { monitor } = new Watched(litter, path, { helperStatePath, helperAlive: () => true });
    const startedAt = performance.now();
    expect((await monitor.refresh()).kind).toBe('restarting');
    expect(performance.now() - startedAt).toBeLessThan(1700);
  });

  test('is not overtaken by what happens meanwhile, which is asked about afterwards', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path, { ping: 'silent' });
    // By its clock the next try of its own is due 0.8 s after it hung: what comes before that was told by the file.
    const { monitor } = new Watched(litter, path, { clock: fast(0.05) });
    const startedAt = performance.now();
    const refreshed = monitor.refresh();
    await wait(100);
    const { ping } = await daemon.counts();
    utimesSync(path, 1, 1);
    expect((await refreshed).kind).toBe('hung');
    expect(performance.now() - startedAt).toBeGreaterThan(850);
    const asked = async (): Promise<number> => (await daemon.counts()).ping - ping;
    await vi.waitFor(async () => expect(await asked()).toBe(1), { timeout: 700, interval: 20 });
    await wait(100);
    expect(await asked()).toBe(1);
  });

  test('waits for /info to the end, though the helper says something new meanwhile', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    await litter.daemon(path, { info: 'silent' });
    const { monitor } = new Watched(litter, path, { helperStatePath, clock: fast(10) });
    const refreshed = monitor.refresh();
    await wait(100);
    say(helperStatePath, { state: 'running', pid: 99 });
    expect((await refreshed).cause?.code).toBe('info-timeout');
  });

  test('twice at once asks once', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const { monitor } = new Watched(litter, path, { background: false });
    const [one, two] = await Promise.all([monitor.refresh(), monitor.refresh()]);
    expect(one).toBe(two);
    expect((await daemon.counts()).ping).toBe(1);
  });

  test('does not end the watching', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path);
    await watched.monitor.refresh();
    await daemon.kill();
    await watched.kind('failed');
  });
});
