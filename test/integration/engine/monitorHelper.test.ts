import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Litter, wait } from './fakeDockerd';
import { say, socketIn, Watched } from './watched';

const litter = new Litter();
afterEach(() => litter.sweep());

describe('the helper', () => {
  test('at work is shown with its step, and the ping waits until the daemon is ready', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    const watched = new Watched(litter, path, { helperStatePath, helperAlive: () => true });
    await watched.kind('stopped');
    say(helperStatePath, { state: 'starting', step: 'daemon.launch' });
    expect(await watched.kind('starting')).toBeLessThan(300);
    expect(watched.monitor.state.step).toBe('daemon.launch');
    const daemon = await litter.daemon(path, { ping: 'silent' });
    await wait(300);
    const asked = (await daemon.counts()).ping;
    await wait(1300);
    expect(watched.monitor.state.kind).toBe('starting');
    daemon.mode('ping', 'ok');
    await watched.kind('running');
    expect((await daemon.counts()).ping).toBe(asked);
    say(helperStatePath, { state: 'running' });
    await wait(200);
    expect(watched.kinds).toEqual(['unknown', 'stopped', 'starting', 'running']);
  });

  test('restarting is shown through the end of one daemon and the start of the next', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    const old = await litter.daemon(path);
    const watched = new Watched(litter, path, { helperStatePath, helperAlive: () => true });
    await watched.until((state) => state.details !== undefined);
    say(helperStatePath, { state: 'restarting', verb: 'restart', step: 'daemon.term' });
    await watched.kind('restarting');
    await old.exit();
    const next = await litter.daemon(path);
    next.emit('', 7);
    await wait(100);
    say(helperStatePath, { state: 'running', verb: 'restart', code: 'restarted' });
    await watched.kind('running');
    await watched.until((state) => state.details?.containersRunning === 7);
    expect(watched.kinds).toEqual(['unknown', 'running', 'restarting', 'running']);
  });

  test('at the end of a daemon no event stream is kept: dockerd would wait for it', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path, { helperStatePath, helperAlive: () => true });
    await watched.until((state) => state.details !== undefined);
    expect((await daemon.counts()).streams).toBe(1);
    say(helperStatePath, { state: 'stopping', verb: 'stop' });
    await watched.kind('stopping');
    // Long enough for pings that are answered, each of which would open a stream.
    await wait(2500);
    expect((await daemon.counts()).streams).toBe(0);
    say(helperStatePath, { state: 'running', verb: 'stop', code: 'not-stopped' });
    await watched.kind('running');
    await wait(300);
    expect((await daemon.counts()).streams).toBe(1);
  });

  test('stopping ends in stopped by whom, and not in running for a moment', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path, { helperStatePath, helperAlive: () => true });
    await watched.kind('running');
    say(helperStatePath, { state: 'stopping', verb: 'stop' });
    await watched.kind('stopping');
    await daemon.exit();
    say(helperStatePath, { state: 'stopped', verb: 'stop' });
    await watched.kind('stopped');
    expect(watched.monitor.state.cause).toEqual({ code: 'stopped-by-user', evidence: 'ada' });
    expect(watched.kinds).toEqual(['unknown', 'running', 'stopping', 'stopped']);
  });

  test('that dies at work is noticed, though no file changes', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    await (await litter.daemon(path)).kill();
    let alive = true;
    say(helperStatePath, { state: 'starting' });
    const watched = new Watched(litter, path, { helperStatePath, helperAlive: () => alive });
    await watched.kind('starting');
    alive = false;
    await watched.kind('failed', 2500);
  });

  test('that dies while a ping waits for its daemon is noticed too', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    await litter.daemon(path, { ping: 'silent' });
    let alive = true;
    say(helperStatePath, { state: 'starting' });
    const watched = new Watched(litter, path, { helperStatePath, helperAlive: () => alive });
    await watched.kind('starting');
    alive = false;
    await watched.kind('hung', 3500);
  });

  test('that says something new makes /info asked again: it may be of another daemon', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    const daemon = await litter.daemon(path);
    const watched = new Watched(litter, path, { helperStatePath });
    await watched.until((state) => state.details !== undefined);
    daemon.emit('', 7);
    await daemon.counts();
    say(helperStatePath, { state: 'running', pid: 99 });
    await watched.until((state) => state.details?.containersRunning === 7, 1000);
  });

  test('whose folder does not exist yet is heard when it comes', async () => {
    const folder = litter.folder();
    const run = join(folder, 'run', 'dind-station');
    const watched = new Watched(litter, socketIn(folder), {
      helperStatePath: join(run, 'state.json'),
      helperAlive: () => true,
    });
    await watched.kind('stopped');
    await wait(3000);
    mkdirSync(run, { recursive: true });
    say(join(run, 'state.json'), { state: 'starting' });
    expect(await watched.kind('starting')).toBeLessThan(300);
    rmSync(run, { recursive: true });
    await watched.kind('stopped');
    mkdirSync(run);
    say(join(run, 'state.json'), { state: 'restarting' });
    expect(await watched.kind('restarting')).toBeLessThan(300);
  }, 10_000);
});
