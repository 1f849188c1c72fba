import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { tryContainers, type TrialEngine } from '../../../src/app/containerTrial';

interface Behaviour {
  readonly create?: (network: boolean) => unknown;
  readonly start?: (network: boolean) => unknown;
  readonly status?: (network: boolean) => number | Promise<number>;
  readonly networks?: readonly string[];
  readonly info?: () => unknown;
  readonly importImage?: () => unknown;
}

/** What an engine answers instead of doing it. */
const refusal = (statusCode: number, message: string): Error => Object.assign(new Error(message), { statusCode });

/** As a call that goes over a socket: later, and rejected by what is thrown. */
async function answer<T>(call: () => T | Promise<T>): Promise<T> {
  await Promise.resolve();
  return call();
}

function fakeEngine({ create, start, status, networks, info, importImage }: Behaviour = {}) {
  const made = new Map<string, boolean>();
  const log: string[] = [];
  const configs: { HostConfig?: { NetworkMode?: string }; name?: string; Labels?: Record<string, string> }[] = [];
  const engine: TrialEngine = {
    info: () =>
      answer(() => {
        info?.();
        return { id: 'x', version: '28', architecture: 'x86_64', cpus: 2, cpuset: true, running: 0 };
      }),
    imageId: () => answer(() => (importImage === undefined ? 'sha256:1' : undefined)),
    imagesOf: () => answer(() => []),
    importImage: () => answer(() => void importImage?.()),
    removeImage: () => answer(() => undefined),
    containers: () => answer(() => []),
    networks: () => answer(() => [...(networks ?? ['bridge', 'host', 'none'])]),
    create: (config) =>
      answer(() => {
        configs.push(config as never);
        const network = config.HostConfig?.NetworkMode !== 'none';
        create?.(network);
        const id = `c${String(made.size)}`;
        made.set(id, network);
        log.push(`create ${network ? 'network' : 'none'}`);
        return { id, warnings: [] };
      }),
    start: (id) => answer(async () => void (await start?.(made.get(id) ?? false))),
    exitCode: (id) => answer(() => status?.(made.get(id) ?? false) ?? 42),
    remove: (id) => answer(() => void log.push(`remove ${id}`)),
  };
  return { engine, log, configs };
}

const tools = () =>
  Promise.resolve({
    ok: true as const,
    tools: { files: [{ path: 'bin/sh', bytes: Buffer.from('sh') }], architecture: 'x86_64', from: 'busybox' },
  });
const run = (engine: TrialEngine, signal = new AbortController().signal) =>
  tryContainers({ engine, identity: 'socket 1', signal, tools });

describe('a trial of containers', () => {
  /** Runs it to its end on a clock that waits for nobody. */
  async function runAtOnce(engine: TrialEngine) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const over = new AbortController();
    const found = run(engine).finally(() => over.abort());
    while (!over.signal.aborted) {
      await vi.advanceTimersByTimeAsync(1000);
      // What is read of real files in between takes turns of the loop, and no time.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return found;
  }
  const hang = (): Promise<never> => new Promise(() => undefined);

  test('an engine that answers and never starts a container: no, in a bounded time', async () => {
    const { engine, log } = fakeEngine({ start: hang });
    expect(await runAtOnce(engine)).toEqual({
      ...{ verdict: 'no', step: 'run', message: 'The container did not start within 20 s.' },
    });
    expect(log).toEqual(['create network', 'remove c0', 'create none', 'remove c1']);
  });

  test('a container that is neither started nor removed keeps its name, which is no reason not to know', async () => {
    const create = (network: boolean): void => {
      if (!network) throw refusal(409, 'Conflict. The container name is already in use.');
    };
    const { engine } = fakeEngine({ start: hang, create });
    expect(await runAtOnce(engine)).toMatchObject({
      verdict: 'no',
      step: 'start',
      message: 'The container did not start within 20 s.',
    });
  });

  test('one with a network has run: yes, nothing else is run, and it is removed', async () => {
    const { engine, log, configs } = fakeEngine();
    expect(await run(engine)).toEqual({ verdict: 'yes' });
    expect(log).toEqual(['create network', 'remove c0']);
    // The daemon's own defaults: nothing is said.
    expect(configs.map(({ HostConfig }) => HostConfig)).toEqual([{}]);
  });

  test.each([
    [
      'create',
      {
        create: () => {
          throw refusal(500, 'no space left on device');
        },
      },
      'no space left on device',
      0,
    ],
    [
      'start',
      {
        start: () => {
          throw refusal(500, 'exec: "runc": not found');
        },
      },
      'exec: "runc": not found',
      2,
    ],
    ['run', { status: () => 1 }, 'The container exited with status 1, not 42.', 2],
    ['run', { status: () => 0 }, 'The container exited with status 0, not 42.', 2],
    [
      'network',
      {
        start: (network) => {
          if (network) throw refusal(500, 'could not find bridge docker0');
        },
      },
      'could not find bridge docker0',
      2,
    ],
    [
      'network',
      { status: (network) => (network ? 43 : 42) },
      'The container has no network device but its loopback.',
      2,
    ],
    [
      'image',
      {
        importImage: () => {
          throw refusal(500, 'read-only file system');
        },
      },
      'read-only file system',
      0,
    ],
  ] satisfies [string, Behaviour, string, number][])(
    'a fault at %s: no, with the sentence whole',
    async (step, behaviour, message, removed) => {
      const { engine, log } = fakeEngine(behaviour);
      expect(await run(engine)).toEqual({ verdict: 'no', step, message });
      expect(log.filter((line) => line.startsWith('remove'))).toHaveLength(removed);
    },
  );

  test('an engine that was told to make no bridge is well', async () => {
    const { engine } = fakeEngine({ status: (network) => (network ? 43 : 42), networks: ['host', 'none'] });
    expect(await run(engine)).toEqual({ verdict: 'yes' });
  });

  test('two at once have one name, and the second one leaves it to the first', async () => {
    const { engine, configs } = fakeEngine({
      create: () => {
        throw refusal(409, 'the name is in use');
      },
    });
    expect((await run(engine)).verdict).toBe('unknown');
    await run(engine);
    expect(new Set(configs.map(({ name }) => name)).size).toBe(1);
  });

  test('a silent engine, and a machine without programs for an image, say nothing of containers', async () => {
    const silent = fakeEngine({
      info: () => {
        throw new Error('socket hang up');
      },
    });
    expect(await run(silent.engine)).toEqual({ verdict: 'unknown', message: 'socket hang up' });
    const { engine } = fakeEngine();
    const none = await tryContainers({
      engine,
      identity: 'a',
      signal: new AbortController().signal,
      tools: () => Promise.resolve({ ok: false, message: 'no busybox' }),
    });
    expect(none).toEqual({ verdict: 'unknown', message: 'no busybox' });
  });

  test('cancelled while a container runs: it is removed, and nothing is known', async () => {
    const controller = new AbortController();
    const { engine, log } = fakeEngine({ status: () => new Promise(() => setTimeout(() => controller.abort(), 5)) });
    expect((await run(engine, controller.signal)).verdict).toBe('unknown');
    expect(log).toEqual(['create network', 'remove c0']);
  });
});
