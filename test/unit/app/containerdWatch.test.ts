import { expect, test } from 'vitest';
import { ContainerdWatch } from '../../../src/app/containerdWatch';
import type { Endpoint } from '../../../src/engine/endpoint';
import type { ContainerdLife } from '../../../src/host/containerdLife';
import { stateOf } from '../vscode/states';

const endpoint: Endpoint = { kind: 'unix', socketPath: '/s', display: 'unix:///s', source: 'default' };
const alive = (inode: string): ContainerdLife => ({ alive: true, inode });
const dead: ContainerdLife = { alive: false, address: '/c.sock' };

/** A watch whose time is in the test's hand. */
function watched(first: ContainerdLife | undefined) {
  const now: { life: ContainerdLife | undefined } = { life: first };
  const told: string[] = [];
  const timers = new Map<number, () => void>();
  const waits: number[] = [];
  let looks = 0;
  const watch = new ContainerdWatch({
    read: () => {
      looks += 1;
      return Promise.resolve(now.life);
    },
    onDead: (address) => told.push(address ?? 'back'),
    onReplaced: () => told.push('replaced'),
    clock: {
      after: (ms, call) => {
        const id = waits.push(ms);
        timers.set(id, call);
        return { cancel: () => void timers.delete(id) };
      },
    },
    log: { error: (message) => expect.unreachable(message) },
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  /** The next look, at something new. */
  const look = async (life: ContainerdLife | undefined): Promise<void> => {
    now.life = life;
    const due = [...timers];
    timers.clear();
    for (const [, call] of due) call();
    await settle();
  };
  return { watch, told, waits, look, settle, looks: () => looks, due: () => timers.size };
}

test('a containerd that lives is nothing to tell', async () => {
  const { watch, told, look, settle } = watched(alive('1'));
  watch.observe(stateOf('running'), endpoint);
  await settle();
  await look(alive('1'));
  expect(told).toEqual([]);
});

test('one that has exited is told at the second look, which comes soon, and so is its return', async () => {
  const { watch, told, waits, look, settle } = watched(alive('1'));
  watch.observe(stateOf('running'), endpoint);
  await settle();
  await look(dead);
  expect([told, waits]).toEqual([[], [3000, 1000]]);
  await look(dead);
  expect(told).toEqual(['/c.sock']);
  await look(dead);
  await look(alive('2'));
  expect(told).toEqual(['/c.sock', '/c.sock', 'back', 'replaced']);
});

test('the return of one is told, too, when the engine was silent for a moment in between', async () => {
  const { watch, told, look, settle } = watched(dead);
  watch.observe(stateOf('running'), endpoint);
  await settle();
  await look(dead);
  watch.observe(stateOf('hung'), endpoint);
  await look(alive('2'));
  expect(told).toEqual(['/c.sock']);
  watch.observe(stateOf('cannot-run'), endpoint);
  await settle();
  expect(told).toEqual(['/c.sock', 'back']);
});

test('one that was replaced between two looks is a doubt', async () => {
  const { watch, told, look, settle } = watched(alive('1'));
  watch.observe(stateOf('running'), endpoint);
  await settle();
  await look(alive('2'));
  expect(told).toEqual(['replaced']);
});

test('what cannot be read says nothing', async () => {
  const { watch, told, look, settle } = watched(undefined);
  watch.observe(stateOf('running'), endpoint);
  await settle();
  await look(alive('1'));
  await look(undefined);
  await look(alive('2'));
  expect(told).toEqual([]);
});

test('is looked for only while a daemon of ours answers', async () => {
  const { watch, look, settle, looks, due, told } = watched(dead);
  watch.observe(stateOf('stopped'), endpoint);
  watch.observe(stateOf('foreign'), endpoint);
  await settle();
  expect(looks()).toBe(0);
  watch.observe(stateOf('running'), endpoint);
  watch.observe(stateOf('cannot-run'), endpoint);
  await settle();
  expect(looks()).toBe(1);
  watch.observe(stateOf('restarting'), endpoint);
  expect(due()).toBe(0);
  await look(dead);
  expect([looks(), told]).toEqual([1, []]);
});

test('a look that ends after the watch has is not told', async () => {
  const { watch, told, settle, due } = watched(dead);
  watch.observe(stateOf('running'), endpoint);
  watch.dispose();
  await settle();
  expect([told, due()]).toEqual([[], 0]);
});
