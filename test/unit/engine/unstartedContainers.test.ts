import { describe, expect, test } from 'vitest';
import { UnstartedContainers } from '../../../src/engine/unstartedContainers';

function watched() {
  const timers: { at: number; call: () => void }[] = [];
  let now = 0;
  let doubts = 0;
  const after = (ms: number, call: () => void) => {
    const timer = { at: now + ms, call };
    timers.push(timer);
    return { cancel: () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0) };
  };
  const containers = new UnstartedContainers({ after }, () => (doubts += 1));
  return {
    take: (action: string, id: string) => containers.take({ action, id, name: '', image: '', own: false }),
    pass: (ms: number) => {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.call();
      }
    },
    clear: () => containers.clear(),
    doubts: () => doubts,
    timers,
  };
}

describe('a container that was made', () => {
  test('and started is in order', () => {
    const { take, pass, doubts, timers } = watched();
    take('create', 'a');
    take('start', 'a');
    take('die', 'a');
    take('destroy', 'a');
    pass(60_000);
    expect(doubts()).toBe(0);
    expect(timers).toEqual([]);
  });

  test('and did not start is a doubt, at once where it is removed again', () => {
    const { take, pass, doubts } = watched();
    take('create', 'a');
    pass(3999);
    expect(doubts()).toBe(0);
    pass(1);
    expect(doubts()).toBe(1);
    take('create', 'b');
    take('destroy', 'b');
    expect(doubts()).toBe(2);
    pass(60_000);
    expect(doubts()).toBe(2);
  });

  test('by an engine that is gone tells nothing, and a thousand at once are not all waited for', () => {
    const { take, pass, clear, doubts, timers } = watched();
    for (let id = 0; id < 1000; id += 1) take('create', String(id));
    expect(timers.length).toBeLessThanOrEqual(50);
    clear();
    pass(60_000);
    expect(doubts()).toBe(0);
  });
});
