import { describe, expect, test } from 'vitest';
import { judgeRoom } from '../../../src/limits/budget';
import { recorded } from './recordings';

const MiB = 2 ** 20;
const { environment, check: memory } = recorded('memory.limit');
const unseen = { unreadable: '/proc/42/cgroup: ENOENT' };
const own = (...levels: { path: string; memory?: number }[]) => ({ version: 2 as const, path: '/', levels });

describe('an engine here whose groups cannot be seen', () => {
  const around = { ...environment, here: true, memoryAvailable: 64 * 2 ** 30, outside: unseen };

  test('gets no large check on the word of the machine where PID 1 here has a limit, or may have one', () => {
    const limited = { ...around, own: own({ path: '/init' }, { path: '/', memory: 512 * MiB }) };
    for (const place of [limited, { ...around, own: { unreadable: '/proc/1/cgroup: EACCES' } }]) {
      expect(judgeRoom(memory, place)).toMatchObject({ verdict: 'inconclusive', finding: 'machine.no-room' });
    }
    expect(judgeRoom(memory, limited)?.reason).toContain(
      '/proc/42/cgroup: ENOENT, and the memory of PID 1 here is limited',
    );
    const hidden = { ...own({ path: '/' }), version: 1 as const, hierarchicalMemory: 512 * MiB };
    expect(judgeRoom(memory, { ...around, own: hidden })?.finding).toBe('machine.no-room');
  });

  test('gets it where PID 1 here has none', () => {
    expect(judgeRoom(memory, { ...around, own: own({ path: '/init' }, { path: '/' }) })).toBeUndefined();
  });

  test('gets a small one all the same', () => {
    const small = { ...memory, cost: { ...memory.cost, memory: 64 * MiB } };
    expect(judgeRoom(small, { ...around, own: unseen })).toBeUndefined();
    const larger = { ...memory, cost: { ...memory.cost, memory: 64 * MiB + 1 } };
    expect(judgeRoom(larger, { ...around, own: unseen })?.verdict).toBe('inconclusive');
  });
});

test('of an engine far away nothing but its machine can be known', () => {
  expect(judgeRoom(memory, { ...environment, here: false, outside: unseen, own: unseen })).toBeUndefined();
});
