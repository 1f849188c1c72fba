import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import type { HelperStateFile } from '../../../src/daemon/protocol';
import { systemClock, type Clock } from '../../../src/engine/clock';
import { EngineMonitor, type MonitorOptions } from '../../../src/engine/monitor';
import type { EngineState } from '../../../src/engine/state';
import { helperFile } from '../../unit/engine/words';
import { Litter, unixEndpoint, wait } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

/** A monitor, and everything it told. */
class Watched {
  readonly monitor: EngineMonitor;
  readonly states: EngineState[];
  readonly log: string[] = [];
  #wake: () => void = () => undefined;

  constructor(socketPath: string, options: Partial<MonitorOptions> = {}) {
    this.monitor = new EngineMonitor({
      endpoint: { ok: true, endpoint: unixEndpoint(socketPath) },
      helperStatePath: undefined,
      log: (line) => this.log.push(line),
      ...options,
    });
    this.states = [this.monitor.state];
    this.monitor.onChange((state) => {
      this.states.push(state);
      this.#wake();
    });
    litter.later(() => this.monitor.dispose());
  }

  get kinds(): string[] {
    return this.states.map(({ kind }) => kind).filter((kind, index, all) => kind !== all[index - 1]);
  }

  /** Waits until the state now is such; gives the milliseconds that took. */
  async until(fits: (state: EngineState) => boolean, limitMs = 4000): Promise<number> {
    const startedAt = performance.now();
    while (!fits(this.monitor.state)) {
      const left = limitMs - (performance.now() - startedAt);
      if (left <= 0)
        throw new Error(`after ${limitMs} ms: ${JSON.stringify(this.monitor.state)} after ${this.kinds.join(', ')}`);
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), wait(left)]);
    }
    return performance.now() - startedAt;
  }

  async kind(kind: EngineState['kind'], limitMs?: number): Promise<number> {
    return this.until((state) => state.kind === kind, limitMs);
  }
}

/** Time that runs so many times faster, for everything but the deadlines of requests. */
function fast(times: number): Clock {
  return {
    now: systemClock.now,
    elapsed: () => systemClock.elapsed() * times,
    after: (ms, call) => systemClock.after(ms / times, call),
  };
}

const socketIn = (folder: string): string => join(folder, 'docker.sock');

/** Writes the helper's file as the helper does. */
function say(path: string, words: Partial<HelperStateFile>): void {
  writeFileSync(`${path}.new`, JSON.stringify({ ...helperFile, ...words }));
  renameSync(`${path}.new`, path);
}

describe('an engine that comes and goes', () => {
  test('is seen running, with what it says of itself', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(path);
    expect(watched.monitor.state.cause?.code).toBe('not-asked-yet');
    await watched.until((state) => state.details !== undefined);
    expect(watched.monitor.state).toMatchObject({ kind: 'running', engineVersion: '20.10.24' });
    expect(await daemon.counts()).toMatchObject({ ping: 1, info: 1, events: 1, streams: 1 });
  });

  test('killed: seen at once, by the end of its stream; started again: seen at once, by its socket', async () => {
    const path = socketIn(litter.folder());
    const watched = new Watched(path);
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
    const watched = new Watched(path);
    await watched.kind('running');
    await daemon.exit();
    await watched.kind('stopped');
    expect(watched.kinds).toEqual(['unknown', 'running', 'stopped']);
  });

  test('its socket removed from under it: seen, though its stream goes on', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const watched = new Watched(path);
    await watched.kind('running');
    unlinkSync(path);
    expect(await watched.kind('stopped')).toBeLessThan(500);
  });

  test('its folder made after the monitor began', async () => {
    const folder = join(litter.folder(), 'var', 'run');
    const watched = new Watched(socketIn(folder), { random: () => 0 });
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
    const watched = new Watched(`/proc/self/root${socketIn(folder)}`);
    await watched.kind('stopped');
    await litter.daemon(socketIn(folder));
    await watched.kind('running', 6000);
  });

  test('comes up slowly, started by hand: the ping waits for it and no hang is reported', async () => {
    const path = socketIn(litter.folder());
    const watched = new Watched(path);
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
    const watched = new Watched(path);
    await watched.until((state) => state.details !== undefined);
    daemon.freeze();
    litter.later(() => daemon.thaw());
    expect(await watched.kind('hung')).toBeLessThan(3000);
    expect(watched.monitor.state.details).toBeDefined();
    await wait(300);
    daemon.thaw();
    expect(await watched.kind('running')).toBeLessThan(1000);
    expect((await daemon.counts()).events).toBe(1);
  });

  test('frozen when the monitor begins: hung after its first ping', async () => {
    const path = socketIn(litter.folder());
    (await litter.daemon(path)).freeze();
    expect(await new Watched(path).kind('hung')).toBeLessThan(1800);
  });

  test('a silent /info: degraded, whatever the pings say, until /info answers', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(path, { clock: fast(10) });
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
    const watched = new Watched(path, { clock: fast(10) });
    await watched.kind('degraded');
    expect(watched.monitor.state.cause).toEqual({
      code: 'http-status',
      evidence: 'HTTP 503 {"message":"told to fail"}',
    });
    daemon.mode('ping', 'ok');
    await watched.kind('running');
  });
});

describe('the helper', () => {
  test('at work is shown with its step, and the ping waits until the daemon is ready', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    const watched = new Watched(path, { helperStatePath, helperAlive: () => true });
    await watched.kind('stopped');
    say(helperStatePath, { state: 'starting', step: 'daemon.launch' });
    expect(await watched.kind('starting')).toBeLessThan(300);
    expect(watched.monitor.state.step).toBe('daemon.launch');
    const daemon = await litter.daemon(path, { ping: 'silent' });
    await wait(1300);
    expect(watched.monitor.state.kind).toBe('starting');
    const asked = (await daemon.counts()).ping;
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
    const watched = new Watched(path, { helperStatePath, helperAlive: () => true });
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

  test('stopping ends in stopped by whom, and not in running for a moment', async () => {
    const folder = litter.folder();
    const [path, helperStatePath] = [socketIn(folder), join(folder, 'state.json')];
    const daemon = await litter.daemon(path);
    const watched = new Watched(path, { helperStatePath, helperAlive: () => true });
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
    const watched = new Watched(path, { helperStatePath, helperAlive: () => alive });
    await watched.kind('starting');
    alive = false;
    await watched.kind('failed', 2500);
  });

  test('whose folder does not exist yet is heard when it comes', async () => {
    const folder = litter.folder();
    const run = join(folder, 'run', 'dind-station');
    const watched = new Watched(socketIn(folder), {
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

describe('how often it asks', () => {
  test('one ping at a time, however many files change', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path, { ping: 'silent' });
    const watched = new Watched(path);
    const refreshed = [watched.monitor.refresh()];
    for (let n = 0; n < 100; n += 1) {
      utimesSync(path, n, n);
      if (n % 25 === 0) refreshed.push(watched.monitor.refresh());
      await wait(3);
    }
    daemon.mode('ping', 'ok');
    await Promise.all(refreshed);
    await watched.kind('running');
    const { ping, mostPingsAtOnce } = await daemon.counts();
    expect(mostPingsAtOnce).toBe(1);
    expect(ping).toBeLessThan(40);
  });

  test('no timer under 2 s while the engine is up', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const waits: number[] = [];
    const clock = fast(20);
    const watched = new Watched(path, {
      clock: {
        ...clock,
        after(ms, call) {
          waits.push(ms);
          return clock.after(ms, call);
        },
      },
    });
    await watched.until((state) => state.details !== undefined);
    await wait(700);
    expect(waits.length).toBeGreaterThan(4);
    // From the start of one ping to the start of the next; its own time is taken off, and counts twentyfold here.
    expect(Math.min(...waits)).toBeGreaterThan(1500);
  });

  test('a burst of container events is one question', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(path);
    await watched.until((state) => state.details !== undefined);
    await wait(1100);
    const event = `${JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: 'a' } })}\n`;
    for (let running = 2; running < 12; running += 1) daemon.emit(event, running);
    expect(await watched.until((state) => state.details?.containersRunning === 11)).toBeLessThan(1000);
    expect((await daemon.counts()).info).toBe(2);
  });

  test('an event stream that is refused is not asked for again and again', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path, { events: 403 });
    const watched = new Watched(path, { clock: fast(10) });
    await watched.kind('running');
    await wait(1000);
    const { events, ping } = await daemon.counts();
    expect(events).toBe(1);
    expect(ping).toBeLessThan(8);
  });

  test('an event stream that ends at once is opened again with the pings', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(path, { clock: fast(10) });
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

describe('refresh', () => {
  test('in the foreground asks when told, and only then', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const { monitor } = new Watched(path, { background: false });
    await wait(50);
    expect((await daemon.counts()).ping).toBe(0);
    expect(await monitor.refresh()).toMatchObject({ kind: 'running', details: { containersRunning: 1 } });
    await wait(50);
    expect(await daemon.counts()).toMatchObject({ ping: 1, info: 1, events: 0 });
  });

  test('gives what is true now, not what was', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(path);
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
    const { monitor } = new Watched(path, { helperStatePath, helperAlive: () => true });
    const startedAt = performance.now();
    expect((await monitor.refresh()).kind).toBe('restarting');
    expect(performance.now() - startedAt).toBeLessThan(1700);
  });

  test('twice at once asks once', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const { monitor } = new Watched(path, { background: false });
    const [one, two] = await Promise.all([monitor.refresh(), monitor.refresh()]);
    expect(one).toBe(two);
    expect((await daemon.counts()).ping).toBe(1);
  });

  test('does not end the watching', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(path);
    await watched.monitor.refresh();
    await daemon.kill();
    await watched.kind('failed');
  });
});

describe('a mount over the socket', () => {
  test('is foreign when it answers', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const socketMount = async (asked: string) => ({ mounted: true, evidence: `${asked} is a mount` });
    const watched = new Watched(path, { socketMount });
    await watched.kind('foreign');
    expect(watched.monitor.state.cause).toEqual({ code: 'socket-mounted', evidence: `${path} is a mount` });
    expect(watched.kinds).not.toContain('running');
  });

  test('that cannot be looked for keeps nothing from being seen', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const watched = new Watched(path, { socketMount: async () => Promise.reject(new Error('no /proc')) });
    await watched.kind('running');
    expect(watched.log.join('\n')).toContain('no /proc');
  });
});

describe('what goes wrong around it', () => {
  test('an endpoint that cannot be used is a state', async () => {
    const monitor = new EngineMonitor({ endpoint: { ok: false, message: 'DOCKER_HOST is ssh://x: no.' } });
    expect(await monitor.refresh()).toMatchObject({
      kind: 'misconfigured',
      cause: { code: 'bad-endpoint', evidence: 'DOCKER_HOST is ssh://x: no.' },
    });
    monitor.dispose();
  });

  test('TLS files that cannot be read are a bad endpoint', async () => {
    const tls = { ca: '/nowhere/ca.pem', verify: true };
    const place = {
      host: '127.0.0.1',
      port: 1,
      basePath: '',
      source: 'setting',
      display: 'tcp://127.0.0.1:1',
    } as const;
    const monitor = new EngineMonitor({
      endpoint: { ok: true, endpoint: { ...place, kind: 'tls', tls } },
      background: false,
    });
    expect((await monitor.refresh()).cause).toMatchObject({
      code: 'bad-endpoint',
      evidence: expect.stringContaining('/nowhere/ca.pem') as string,
    });
  });

  test('a listener that throws does not keep others from hearing', async () => {
    const path = socketIn(litter.folder());
    await litter.daemon(path);
    const watched = new Watched(path);
    watched.monitor.onChange(() => {
      throw new Error('mine');
    });
    let heard = 0;
    const other = watched.monitor.onChange(() => (heard += 1));
    await watched.kind('running');
    expect(heard).toBeGreaterThan(0);
    expect(watched.log.join('\n')).toContain('mine');
    other.dispose();
    const before = heard;
    await watched.monitor.refresh();
    unlinkSync(path);
    await watched.kind('stopped');
    expect(heard).toBe(before);
  });

  test('after its end it tells nothing, holds nothing, and takes no orders', async () => {
    const path = socketIn(litter.folder());
    const daemon = await litter.daemon(path);
    const watched = new Watched(path);
    await watched.until((state) => state.details !== undefined);
    watched.monitor.dispose();
    watched.monitor.dispose();
    const told = watched.states.length;
    const { ping } = await daemon.counts();
    await daemon.counts();
    await watched.monitor.refresh();
    utimesSync(path, 1, 1);
    await wait(100);
    expect(await daemon.counts()).toMatchObject({ streams: 0, ping });
    expect(watched.states).toHaveLength(told);
  });
});

/** Bundles a script that uses the monitor, for a process of its own. */
async function script(body: string): Promise<string> {
  const folder = litter.folder();
  chmodSync(folder, 0o755);
  const outfile = join(folder, 'watch.cjs');
  await build({
    stdin: {
      contents: `import { EngineMonitor } from './src/engine/monitor';\n${body}`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
  });
  return outfile;
}

const monitorOf = (path: string): string =>
  `const endpoint = { kind: 'unix', socketPath: ${JSON.stringify(path)}, source: 'setting', display: '' } as const;
   const monitor = new EngineMonitor({ endpoint: { ok: true, endpoint }, helperStatePath: undefined });`;

test('a process whose monitor was disposed of ends by itself', async () => {
  const path = socketIn(litter.folder());
  await litter.daemon(path);
  const file = await script(`${monitorOf(path)}
    monitor.onChange((state) => { if (state.details !== undefined) monitor.dispose(); });`);
  await promisify(execFile)(process.execPath, [file], { timeout: 5000 });
});

test.runIf(process.getuid?.() === 0)(
  'a socket that is opened to us is seen at once',
  async () => {
    const folder = litter.folder();
    chmodSync(folder, 0o755);
    const path = socketIn(folder);
    await litter.daemon(path);
    chmodSync(path, 0o600);
    const file = await script(`${monitorOf(path)}
    monitor.onChange((state, previous) => { if (state.kind !== previous.kind) console.log(state.kind); });`);
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, file];
    const child = spawn('setpriv', nobody, { cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
    litter.later(() => child.kill());
    let printed = '';
    let wake: () => void = () => undefined;
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString();
      wake();
    });
    const until = async (word: string): Promise<void> => {
      while (!printed.includes(word)) await new Promise<void>((resolve) => (wake = resolve));
    };
    await until('denied');
    // Long enough for the tries to be seconds apart: what is quick then is the watch.
    await wait(3500);
    chmodSync(path, 0o666);
    const openedAt = performance.now();
    await until('running');
    expect(performance.now() - openedAt).toBeLessThan(400);
  },
  12_000,
);
