import { probeContainer } from '../../../src/limits/probeEnvironment';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ownLabel } from '../../../src/engine/events';
import { RunAborted } from '../../../src/limits/runErrors';
import { isComplete } from '../../../src/limits/containerEvidence';
import { droppedOf, runContainer } from '../../../src/limits/testContainer';
import { FakeEngine, container, containerRun, never, refusal, reset } from './fakeEngine';

afterEach(() => vi.useRealTimers());

test('a workload that has ended: its last line, its status, and its container is gone', async () => {
  const engine = new FakeEngine();
  expect(await runContainer(container('one'), containerRun(engine))).toMatchObject({
    exitCode: 7,
    oomKilled: true,
    dropped: [],
  });
  expect(engine.all.size).toBe(0);
});

describe('a container that stays', () => {
  test('lives until it was looked at, however late that is, and no longer', async () => {
    const engine = new FakeEngine();
    const looked: boolean[] = [];
    const onRunning = async (_pid: number, id: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      looked.push(engine.all.get(id)?.running === true);
    };
    const began = performance.now();
    const seen = await runContainer(probeContainer, containerRun(engine, { onRunning }));
    expect(looked).toEqual([true]);
    expect(isComplete(seen)).toBe(true);
    expect(seen).toMatchObject({ exitCode: 0 });
    expect(seen.broken).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(1000);
    expect(engine.all.size).toBe(0);
  });

  test('is ended at its last line where nobody looks', async () => {
    const engine = new FakeEngine();
    expect(isComplete(await runContainer(container('probe', { stays: 30 }), containerRun(engine)))).toBe(true);
    expect(engine.all.size).toBe(0);
  });

  test('is started by its name, by which the daemon logs what it refuses', async () => {
    const engine = new FakeEngine();
    await runContainer(container('probe', { stays: 30 }), containerRun(engine, { labels: { [ownLabel]: 'run' } }));
    expect(engine.start.mock.calls).toEqual([[expect.stringMatching(/^dind-station-run-[0-9a-f]{8}$/u)]]);
    expect(engine.start.mock.calls[0]?.[0]).toBe(engine.containersMade[0]?.name);
  });

  test('that died before is told with its status', async () => {
    const engine = new FakeEngine();
    engine.prints = () => 'cgroup 2\n';
    const waiting = runContainer(container('probe', { stays: 30 }), containerRun(engine));
    await vi.waitFor(() => expect(engine.start).toHaveBeenCalled());
    const [made] = engine.all.values();
    if (made === undefined) throw new Error('not made');
    made.running = false;
    made.end();
    expect(await waiting).toMatchObject({ exitCode: 7 });
  });
});

describe('ending', () => {
  test('an abort while the container was started is seen', async () => {
    const engine = new FakeEngine();
    engine.prints = () => undefined;
    const cancel = new AbortController();
    engine.start.mockImplementation(async () => Promise.resolve(cancel.abort()));
    const seen = await runContainer(container('one', { seconds: 1 }), containerRun(engine, { signal: cancel.signal }));
    expect(seen.broken).toBe('The run was cancelled.');
    expect(engine.all.size).toBe(0);
  });

  test('says why the run was ended, and no container is made after it', async () => {
    const engine = new FakeEngine();
    const signal = AbortSignal.abort(new RunAborted('The run took too long.'));
    expect((await runContainer(container('one'), containerRun(engine, { signal }))).broken).toBe(
      'The run took too long.',
    );
    expect(engine.create).not.toHaveBeenCalled();
  });

  test('a silent engine is not waited for once another container has found it silent', async () => {
    const engine = new FakeEngine();
    const silence = new AbortController();
    engine.start.mockImplementation(async () => never());
    const onLeft = vi.fn<(id: string, why: string) => void>();
    const waiting = runContainer(container('one'), containerRun(engine, { unresponsive: silence.signal, onLeft }));
    await vi.waitFor(() => expect(engine.start).toHaveBeenCalled());
    silence.abort(reset());
    await expect(waiting).rejects.toThrow('The engine did not answer: read ECONNRESET.');
    expect(engine.remove).not.toHaveBeenCalled();
    expect(onLeft).toHaveBeenCalledOnce();
  });

  test('a container that cannot be removed is told with the words of the engine', async () => {
    const engine = new FakeEngine();
    engine.remove.mockRejectedValue(refusal(500, 'device or resource busy'));
    const onLeft = vi.fn<(id: string, why: string) => void>();
    await runContainer(container('one'), containerRun(engine, { onLeft }));
    expect(onLeft).toHaveBeenCalledExactlyOnceWith(expect.any(String), 'device or resource busy');
  });
});

describe('a container that seems to run after its output has ended', () => {
  test('is looked at again until it does not', async () => {
    const engine = new FakeEngine();
    // The first look is at what the engine kept, before the start.
    engine.late = 3;
    expect(await runContainer(container('one'), containerRun(engine))).toMatchObject({ exitCode: 7, oomKilled: true });
    expect(engine.inspect).toHaveBeenCalledTimes(4);
  });

  test('is broken when it runs all the same', async () => {
    vi.useFakeTimers();
    const engine = new FakeEngine();
    engine.late = Infinity;
    const waiting = runContainer(container('one'), containerRun(engine));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await waiting).toMatchObject({
      exitCode: -1,
      broken: expect.stringMatching(/10 s later that it still runs/),
    });
  });
});

describe('the cgroup namespace', () => {
  test('is the container’s own where it is asked for, and no limit that could be dropped', async () => {
    const engine = new FakeEngine();
    // As an engine before 20.10, which does not know of it.
    engine.keeps = ({ CgroupnsMode: _unknown, ...kept }) => kept;
    const seen = await runContainer(
      container('one', { limits: { PidsLimit: 5 } }),
      containerRun(engine, { cgroupns: 'private' }),
    );
    expect(engine.containersMade[0]?.HostConfig).toMatchObject({ CgroupnsMode: 'private', PidsLimit: 5 });
    expect(seen.dropped).toEqual([]);
    expect(isComplete(seen)).toBe(true);
  });

  test('is left to the engine on v1', async () => {
    const engine = new FakeEngine();
    await runContainer(container('one'), containerRun(engine));
    expect(engine.containersMade[0]?.HostConfig).not.toHaveProperty('CgroupnsMode');
  });
});

describe('limits that the engine did not keep', () => {
  const dropping = (): FakeEngine => {
    const engine = new FakeEngine();
    engine.keeps = ({ MemorySwap: _dropped, ...kept }) => kept;
    return engine;
  };
  const limits = { Memory: 1, MemorySwap: 1 };

  test('end the container before its start', async () => {
    const engine = dropping();
    expect(await runContainer(container('one', { limits }), containerRun(engine))).toMatchObject({
      dropped: ['MemorySwap'],
      lines: [],
    });
    expect(engine.start).not.toHaveBeenCalled();
  });

  test('are told of a container that is run without them', async () => {
    const seen = await runContainer(container('one', { limits, mayDrop: ['MemorySwap'] }), containerRun(dropping()));
    expect(seen.dropped).toEqual(['MemorySwap']);
    expect(isComplete(seen)).toBe(true);
  });

  test('are found whatever the order of fields', () => {
    expect(droppedOf({ Memory: 1 }, { Memory: 1, CgroupnsMode: 'private' })).toEqual([]);
  });
});
