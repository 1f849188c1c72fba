import { expect, test } from 'vitest';
import { stateKinds } from '../../../src/engine/state';
import { isUsable, rowOf, states } from '../../../src/engine/stateTable';

test('every state has a row, and no other has', () => {
  expect(Object.keys(states).toSorted()).toEqual(stateKinds.toSorted());
});

test.each(stateKinds)('%s: what is offered, allowed and coloured is of one piece', (kind) => {
  const { severity, daemon, nextSteps, canStart, canStop, plain, exit } = rowOf({ kind });
  // An engine in which containers can be started is no trouble, and somebody's daemon answers for it.
  if (isUsable({ kind })) expect([severity, daemon === 'none']).toEqual(['ok', false]);
  if (severity === 'warning' || severity === 'error') expect([exit, plain]).toEqual(['notFine', false]);
  // A step that is offered must not be a command that is hidden; nothing of the host's daemon is either.
  if (nextSteps.includes('start')) expect(canStart).toBe(true);
  if (nextSteps.includes('stop')) expect(canStop).toBe(true);
  if (daemon === 'host') expect([nextSteps, canStart, canStop]).toEqual([[], false, false]);
  if (daemon === 'ours') expect([canStart, canStop]).toEqual([false, true]);
});

test('a cause changes what it names and nothing else', () => {
  const cause = { code: 'unreachable', evidence: '' } as const;
  expect(rowOf({ kind: 'failed', cause })).toMatchObject({
    text: 'Docker: unreachable',
    icon: 'error',
    exit: 'notFine',
  });
  expect(rowOf({ kind: 'hung', cause })).toEqual({ ...states.hung });
  expect(rowOf({ kind: 'unknown' }).headline).toBe('Looking for Docker');
});
