import { cpuList } from '../../../src/limits/probeEnvironment';
import { describe, expect, test } from 'vitest';
import { budgetOf, judgeRoom } from '../../../src/limits/budget';
import { catalogue, chooseChecks } from '../../../src/limits/catalogue';
import { droppedOf } from '../../../src/limits/testContainer';
import { judgeOuter } from '../../../src/limits/outerLimits';
import { judgeConfigured } from '../../../src/limits/runningContainer';
import { memoryRoom, outerLimit, roomUnknown } from '../../../src/limits/environment';
import { recorded } from './recordings';

const { environment } = recorded('memory.limit');
const MiB = 2 ** 20;
const path = (levels: object[], more: object = {}) => ({
  version: 2 as const,
  path: '/docker/x',
  levels: levels as { path: string }[],
  ...more,
});

test('the smallest limit of the whole path counts, the container own not', () => {
  const outside = path([
    { path: '/docker/x', memory: 1 },
    { path: '/docker', memory: 300 * MiB },
    { path: '/', memory: 200 * MiB },
  ]);
  expect(outerLimit(outside, 'memory')).toEqual({ value: 200 * MiB, path: '/' });
  expect(outerLimit({ ...outside, hierarchicalMemory: 100 * MiB }, 'memory')).toEqual({
    value: 100 * MiB,
    path: undefined,
  });
  expect(outerLimit(outside, 'cpus')).toBeUndefined();
  expect(outerLimit({ unreadable: 'far away' }, 'memory')).toBeUndefined();
});

test('a check is refused where the memory around the engine has no room for it', () => {
  const tight = path([{ path: '/docker/x' }, { path: '/', memory: 200 * MiB, memoryUsed: 120 * MiB }]);
  const around = { ...environment, memoryAvailable: 2 ** 33, outside: tight };
  expect(memoryRoom(around)).toBe(80 * MiB);
  const memory = recorded('memory.limit').check;
  expect(judgeRoom(memory, around)).toMatchObject({ verdict: 'inconclusive', finding: 'machine.no-room' });
  expect(judgeRoom(recorded('pids.limit').check, around)).toBeUndefined();
  expect(judgeRoom(memory, { ...around, outside: path([{ path: '/docker/x' }, { path: '/' }]) })).toBeUndefined();
});

test('room that cannot be seen is not known where a limit may be around the engine', () => {
  const hidden = { ...path([{ path: '/docker/x' }]), notVisible: { memory: '/docker/x is not below /outer' } };
  const own = (memory: number | undefined) => path([{ path: '/', ...(memory !== undefined && { memory }) }]);
  const around = { ...environment, here: true, outside: hidden };
  expect(roomUnknown({ ...around, own: own(undefined) })).toBeUndefined();
  expect(roomUnknown({ ...around, own: own(200 * MiB) })).toBe(
    '/docker/x is not below /outer, and the memory of PID 1 here is limited',
  );
  expect(roomUnknown({ ...around, own: hidden })).toBe('/docker/x is not below /outer');
  expect(roomUnknown({ ...around, outside: path([{ path: '/docker/x' }]), own: hidden })).toBeUndefined();
  expect(roomUnknown({ ...around, here: false, own: hidden })).toBeUndefined();
});

test('the budget is the sum of CPU time, and the worst of each serial group', () => {
  const [memory, pids, cpu] = ['memory.limit', 'pids.limit', 'cpu.quota'].map((id) => recorded(id).check);
  if (memory === undefined || pids === undefined || cpu === undefined) throw new Error('not recorded');
  const budget = budgetOf([memory, pids, cpu]);
  expect(budget.memory).toBe(memory.cost.memory + cpu.cost.memory);
  expect(budget.seconds).toBe(Math.max(memory.cost.seconds + pids.cost.seconds, cpu.cost.seconds));
  expect(budgetOf(catalogue).seconds).toBeLessThanOrEqual(20);
  expect(budgetOf([])).toEqual({ cpuSeconds: 0, memory: 0, seconds: 0 });
});

test('checks are chosen by area and by id', () => {
  const ids = (...words: string[]) => {
    const chosen = chooseChecks(words);
    return chosen.ok ? chosen.checks.map(({ id }) => id) : chosen.unknown;
  };
  expect(ids('pids', 'cpu.quota')).toEqual(['cpu.quota', 'pids.limit']);
  expect(ids('cpu', 'cpus')).toBe('cpus');
  expect(ids()).toHaveLength(catalogue.length);
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
});

describe('the groups around', () => {
  /** `limiting`: the groups of PID 1's path that set a limit. */
  const around = (outside: string, own: string, ...limiting: string[]) =>
    judgeOuter({
      ...environment,
      outside: { version: 2, path: outside, levels: [{ path: outside }] },
      own: { version: 2, path: own, levels: [{ path: own }, ...limiting.map((group) => ({ path: group, memory: 1 }))] },
    });

  test.each([
    ['/docker/x', '/init', ['/'], 'enforced'],
    ['/docker/x', '/init', [], 'enforced'],
    ['/pod/docker/x', '/pod/dind-station', ['/pod'], 'enforced'],
    ['/podother/x', '/pod', ['/pod'], 'not-enforced'],
    ['/docker/x', '/kubepods/pod/c', ['/kubepods/pod'], 'not-enforced'],
    ['/../other/docker/x', '/', ['/'], 'not-enforced'],
    ['/../other/docker/x', '/', [], 'unsupported'],
    // A plain host: what limits a service is no frame for the engine's containers.
    ['/system.slice/docker-x.scope', '/init.scope', [], 'enforced'],
  ])('containers in %s, PID 1 in %s, limited by %j: %s', (outside, own, limiting, verdict) => {
    expect(around(outside, own, ...limiting).verdict).toBe(verdict);
  });

  test('what cannot be seen is not judged', () => {
    expect(judgeOuter({ ...environment, outside: { unreadable: 'far away' } }).verdict).toBe('unsupported');
  });

  test('a hierarchy that cannot be seen leaves it open, and the path alone can show an escape', () => {
    const notVisible = { memory: '/docker/x is not below /outer' };
    const outside = { version: 1 as const, path: '/docker/x', levels: [{ path: '/docker/x' }], notVisible };
    const own = (...levels: object[]) => ({
      version: 1 as const,
      path: '/outer/in',
      levels: levels as { path: string }[],
    });
    const open = judgeOuter({ ...environment, outside, own: own({ path: '/outer/in' }) });
    expect(open).toMatchObject({ verdict: 'unsupported', reason: expect.stringContaining(notVisible.memory) });
    expect(judgeOuter({ ...environment, outside, own: own({ path: '/outer/in', memory: 1 }) })).toMatchObject({
      verdict: 'not-enforced',
      reason: expect.stringContaining('Containers run in /docker/x, outside of /outer/in'),
    });
  });

  test('each limit is compared in the tree of its controller', () => {
    const outside = {
      ...{ version: 1 as const, path: '/outer/docker/x', paths: { cpus: '/docker/x' } },
      levels: [{ path: '/outer/docker/x' }],
    };
    const limit = (paths: object) =>
      judgeOuter({
        ...environment,
        outside,
        own: { version: 1, path: '/outer', levels: [{ path: '/outer', ...paths, cpus: 1 }] },
      });
    expect(limit({ paths: { cpus: '/' } }).verdict).toBe('enforced');
    expect(limit({ paths: { cpus: '/outer' } }).verdict).toBe('not-enforced');
  });
});

test('what the engine did not keep is found, whatever the order of fields', () => {
  expect(droppedOf({ Memory: 1, PidsLimit: 2 }, { Memory: 1, PidsLimit: 2, NanoCpus: 0 })).toEqual([]);
  expect(
    droppedOf({ Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }] }, { Ulimits: [{ Hard: 2, Name: 'nofile', Soft: 1 }] }),
  ).toEqual([]);
  // What the command line of 26.1 does to --device-write-bps.
  expect(droppedOf({ BlkioDeviceWriteBps: [{ Path: '/dev/vda', Rate: 1 }] }, { BlkioDeviceWriteBps: [] })).toEqual([
    'BlkioDeviceWriteBps',
  ]);
});

test('lists of CPUs', () => {
  expect(cpuList('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(cpuList('')).toEqual([]);
  expect(cpuList('3-1,x')).toEqual([]);
});

describe('a running container', () => {
  const seen = {
    name: 'memory',
    configured: 64 * MiB,
    kernel: 64 * MiB,
    outer: undefined,
    used: MiB,
    tolerance: 65536,
  } as const;
  test.each([
    [{}, 'agrees'],
    [{ kernel: 64 * MiB + 4096 }, 'agrees'],
    [{ kernel: 128 * MiB }, 'differs'],
    [{ kernel: 'none' as const }, 'differs'],
    [{ kernel: undefined }, 'not-seen'],
    [{ configured: undefined, kernel: 'none' as const }, 'unlimited'],
    [{ configured: undefined }, 'differs'],
    [{ name: 'pids' as const, configured: undefined, kernel: 9457 }, 'default'],
    [{ name: 'pids' as const, configured: 100, kernel: 9457, tolerance: 0 }, 'differs'],
    [{ outer: { value: 32 * MiB, place: '/' } }, 'overruled'],
    [{ outer: { value: 96 * MiB, place: '/' } }, 'agrees'],
  ])('%o: %s', (change, verdict) => {
    expect(judgeConfigured({ ...seen, ...change }).verdict).toBe(verdict);
  });

  test.each([
    [{ kernel: 64 * MiB }, 'agrees'],
    [{ kernel: undefined }, 'not-seen'],
    [{ configured: undefined, kernel: undefined }, 'unlimited'],
  ])('of which the group is not visible is told why, %o: %s', (change, verdict) => {
    const told = judgeConfigured({ ...seen, ...change, hidden: '/docker/x is not below /outer' });
    expect(told.verdict).toBe(verdict);
    expect(told.reason).toMatch(/\. Its group cannot be seen from here: \/docker\/x is not below \/outer\.$/u);
  });
});
