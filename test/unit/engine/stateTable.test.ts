import { expect, test } from 'vitest';
import { stateKinds, type Cause } from '../../../src/engine/state';
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

const withCauses = stateKinds.flatMap((kind) =>
  Object.keys(states[kind].byCause ?? {}).map((code) => ({ kind, code: code as Cause['code'] })),
);

test.each(withCauses)('$kind, $code: what is offered is allowed, and what is told is explained', ({ kind, code }) => {
  const { nextSteps, canStart, canStop, severity, plain } = rowOf({ kind, cause: { code, evidence: '' } });
  if (nextSteps.includes('start')) expect(canStart).toBe(true);
  if (nextSteps.includes('stop')) expect(canStop).toBe(true);
  if (severity === 'warning' || severity === 'error') expect(plain).toBe(false);
  if (isUsable({ kind })) expect(['ok', 'info']).toContain(severity);
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
