import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../../../src/engine/endpoint';
import { EngineCalls } from '../../../src/engine/engineCalls';
import type { ping as askEngine } from '../../../src/engine/probe';
import type { PingResult } from '../../../src/engine/state';
import type { LimitCheck } from '../../../src/limits/limitCheck';
import type { LimitsEvent, LimitsRunResult } from '../../../src/limits/runResult';
import { containerName, labelsOf } from '../../../src/limits/leftovers';
import { runChecks, type RunOptions } from '../../../src/limits/run';
import { FakeEngine, container, never, check, refusal, reset } from './fakeEngine';

const ping = vi.fn<typeof askEngine>();

const endpoint: Endpoint = {
  kind: 'tcp',
  host: 'far',
  port: 2375,
  basePath: '',
  source: 'default',
  display: 'tcp://far:2375',
};
const ok: PingResult = { outcome: 'ok', ms: 1 };
const frozen: PingResult = { outcome: 'timeout', afterMs: 3000 };

let engine: FakeEngine;
let cancel: AbortController;
let events: LimitsEvent[];

beforeEach(() => {
  engine = new FakeEngine();
  // The probe's own lines come from the same place as a check's.
  engine.prints = (script) => (script.includes('echo cgroup') ? 'cgroup 2\ncpus 0-1\nend\n' : 'end\n');
  cancel = new AbortController();
  events = [];
  ping.mockResolvedValue(ok);
  vi.spyOn(EngineCalls, 'open').mockResolvedValue(engine.calls);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function run(checks: readonly LimitCheck[], more: Partial<RunOptions> = {}): Promise<LimitsRunResult> {
  const onEvent = (event: LimitsEvent): void => void events.push(event);
  return runChecks({ endpoint, checks, image: 'image', signal: cancel.signal, onEvent, ping, ...more });
}

const judged = (): string[] => events.flatMap((event) => (event.event === 'judged' ? [event.result.id] : []));
const short = ({ results }: LimitsRunResult) => results.map(({ verdict, finding }) => [verdict, finding]);

/** Scripts in which a word is print nothing and never end. */
function hang(word: string): void {
  const { prints } = engine;
  engine.prints = (script) => (script.includes(word) ? undefined : prints(script));
}

test('each check has its verdict, and nothing is left', async () => {
  const report = await run([
    check('a', {}, container('a')),
    check('b', { serialGroup: 'cpu' }, container('b'), container('control')),
  ]);
  expect(short(report)).toEqual([
    ['enforced', undefined],
    ['enforced', undefined],
  ]);
  expect([report.left, engine.all.size, judged().toSorted()]).toEqual([[], 0, ['a', 'b']]);
  expect(report.engine).toMatchObject({ id: 'E', cgroup: 2 });
});

describe('a cancel is answered at once while the engine says nothing', () => {
  const places: Record<string, () => void> = {
    info: () => engine.info.mockImplementation(never),
    leftovers: () => engine.containers.mockImplementation(never),
    image: () => engine.imageId.mockImplementation(never),
  };
  test.each(Object.keys(places))('when asked for: %s', async (place) => {
    places[place]?.();
    setTimeout(() => cancel.abort(), 20);
    const report = await run([check('a')]);
    expect(report.results[0]?.reason).toBe('The run was cancelled.');
    expect(report.ms).toBeLessThan(1000);
    expect(engine.close).toHaveBeenCalledOnce();
  });

  test('in the middle of a check', async () => {
    engine.start.mockImplementation(async (id) =>
      engine.one(id).config.Cmd?.[2]?.includes('# a') ? never() : undefined,
    );
    hang('echo cgroup');
    ping.mockResolvedValueOnce(ok).mockResolvedValue(frozen);
    engine.containers.mockResolvedValueOnce([]).mockImplementation(never);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(new Error('soon')));
    setTimeout(() => cancel.abort(), 20);
    const report = await run([check('a', {}, container('a'))]);
    expect(report.results[0]?.reason).toBe('The run was cancelled.');
    expect(report.ms).toBeLessThan(1000);
    expect(report.left.at(-1)).toContain('it did not answer in time');
  });

  test('and an engine that lives is waited for, so that nothing is left', async () => {
    hang('# a');
    const waiting = run([check('a', {}, container('a'))]);
    await vi.waitFor(() => expect(engine.start).toHaveBeenCalledTimes(2));
    engine.remove.mockImplementation(async (id) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      engine.all.delete(id);
    });
    cancel.abort();
    expect(await waiting).toMatchObject({ left: [] });
    expect(engine.all.size).toBe(0);
  });
});

describe('an engine that falls silent', () => {
  /** One group's container gets no answer, the other group's never ends by itself. */
  const checks = [
    check('a', {}, container('a')),
    check('b', { serialGroup: 'cpu' }, container('b')),
    check('c', {}, container('c')),
  ];
  beforeEach(() => {
    hang('# b');
    const { start } = engine;
    const before = start.getMockImplementation();
    start.mockImplementation(async (id) => {
      const script = engine.one(id).config.Cmd?.[2] ?? '';
      if (!script.includes('# a')) return before?.(id);
      await vi.waitFor(() => expect(start).toHaveBeenCalledTimes(3));
      throw reset();
    });
  });

  test('ends all serial groups at once: one verdict for each, and none after the report', async () => {
    const report = await run(checks);
    expect(report.ms).toBeLessThan(1000);
    expect(short(report)).toEqual(checks.map(() => ['error', 'engine.silent']));
    expect(report.results.map(({ reason }) => reason)).toEqual(
      checks.map(() => 'The engine did not answer: read ECONNRESET.'),
    );
    expect(judged()).toEqual(['a', 'b', 'c']);
    const count = events.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toHaveLength(count);
  });

  test('is asked once more for what the run has left', async () => {
    const report = await run(checks);
    expect([report.left, engine.all.size]).toEqual([[], 0]);
  });

  test('and does not answer that either: the report says so', async () => {
    engine.containers.mockResolvedValueOnce([]).mockRejectedValue(reset());
    const { left } = await run(checks);
    expect(left.slice(0, -1).toSorted()).toEqual([
      'container c20000000000: the engine does not answer',
      'container c30000000000: the engine does not answer',
    ]);
    expect(left.at(-1)).toBe('what else of this run is there: the engine could not be asked (read ECONNRESET).');
  });
});

test('a fault of the program ends the others in order, and is no silence', async () => {
  hang('# b');
  const fault = (): never => {
    throw new Error('the proof has no evidence of its leg x');
  };
  const report = await run([
    check('a', { judge: fault }, container('a')),
    check('b', { serialGroup: 'cpu' }, container('b')),
  ]);
  expect(short(report)).toEqual([
    ['error', undefined],
    ['error', undefined],
  ]);
  expect(new Set(report.results.map(({ reason }) => reason))).toEqual(
    new Set(['The run failed: the proof has no evidence of its leg x.']),
  );
  expect([report.left, engine.all.size]).toEqual([[], 0]);
});

test('a run that takes too long is ended', async () => {
  vi.useFakeTimers();
  hang('# a');
  const waiting = run([check('a', {}, container('a', { seconds: 5000 })), check('b', {}, container('b'))]);
  await vi.advanceTimersByTimeAsync(599_000);
  expect(judged()).toEqual([]);
  await vi.advanceTimersByTimeAsync(2000);
  const report = await waiting;
  expect(report.results.map(({ verdict, reason }) => [verdict, reason])).toEqual(
    ['a', 'b'].map(() => ['error', 'The run took longer than 600 s and was ended.']),
  );
  expect(engine.all.size).toBe(0);
});

describe('why nothing was run', () => {
  const reasonOf = async (more: Partial<RunOptions> = {}): Promise<[string | undefined, string | undefined]> => {
    const { results } = await run([check('a', {}, container('a'))], more);
    return [results[0]?.reason, results[0]?.finding];
  };

  test('an image that is not there is no silent engine', async () => {
    engine.imageId.mockResolvedValue(undefined);
    expect(await reasonOf({ image: 'mistyped' })).toEqual([
      'The engine has no image mistyped. Load it, or leave --image out.',
      undefined,
    ]);
  });

  test('an engine on another architecture neither', async () => {
    engine.info.mockImplementation(async () =>
      Promise.resolve({ id: 'E', version: '27.0', architecture: 's390x', cpus: 2, cpuset: true, running: 0 }),
    );
    const [reason, finding] = await reasonOf({ image: undefined });
    expect(reason).toMatch(/^The engine runs on s390x, and/);
    expect(finding).toBeUndefined();
  });

  test('an image without a shell neither, an engine that cannot start anything is', async () => {
    engine.start.mockRejectedValueOnce(refusal(400, 'exec: "sh": executable file not found in $PATH'));
    expect(await reasonOf()).toEqual([
      'The engine cannot run a container: exec: "sh": executable file not found in $PATH',
      undefined,
    ]);
    engine.start.mockRejectedValueOnce(refusal(500, 'containerd is gone'));
    expect(await reasonOf()).toEqual(['The engine cannot run a container: containerd is gone', 'engine.silent']);
  });

  test('an answer is told as one, no answer as none', async () => {
    engine.info.mockRejectedValueOnce(refusal(500, 'not today'));
    expect(await reasonOf()).toEqual(['The engine refused: not today', 'engine.silent']);
    engine.info.mockRejectedValueOnce(new Error('socket hang up'));
    expect(await reasonOf()).toEqual(['The engine did not answer: socket hang up.', 'engine.silent']);
    ping.mockResolvedValueOnce(frozen);
    expect(await reasonOf()).toEqual([expect.stringContaining('did not answer within 3000 ms'), 'engine.silent']);
  });

  test('a file of this machine that is wrong says nothing about the engine', async () => {
    ping.mockResolvedValueOnce({
      outcome: 'unreachable',
      code: 'UNUSABLE',
      message: 'The TLS file is bad.',
    });
    expect(await reasonOf()).toEqual(['The TLS file is bad.', undefined]);
  });
});

test('a leftover that the engine would not remove is in the report, and the run goes on', async () => {
  const id = 'f'.repeat(64);
  const owner = { run: 'r', pid: 1, start: '1', host: 'elsewhere', until: 0 };
  engine.containers.mockResolvedValueOnce([{ id, name: containerName('r'), labels: labelsOf(owner) }]);
  engine.remove.mockRejectedValueOnce(refusal(500, 'device or resource busy'));
  const report = await run([check('a', {}, container('a'))]);
  expect(report.left).toEqual(['container ffffffffffff: device or resource busy']);
  expect(short(report)).toEqual([['enforced', undefined]]);
});

describe('the cgroup namespace', () => {
  const modes = (): unknown[] => engine.containersMade.map(({ HostConfig }) => HostConfig?.CgroupnsMode);

  test('is the container’s own on v2, once the probe has said that', async () => {
    await run([check('a', {}, container('a'))]);
    expect(modes()).toEqual([undefined, 'private']);
  });

  test('is not asked for on v1', async () => {
    engine.prints = () => 'cgroup 1\ncpus 0-1\nend\n';
    await run([check('a', {}, container('a'))]);
    expect(modes()).toEqual([undefined, undefined]);
  });
});
