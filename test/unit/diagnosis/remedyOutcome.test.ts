import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../src/diagnosis/diagnosisSchema';
import type { Finding } from '../../../src/diagnosis/finding';
import { judgeRemedy } from '../../../src/diagnosis/remedyOutcome';
import { findingOf } from '../vscode/diagnostics/findings';

const fault: Finding = { ...findingOf({}, 'storage.data-root-full'), cause: 'The disk is full.' };
const other: Finding = {
  ...findingOf({ summary: 'Start Docker.' }, 'start.disk-full'),
  title: 'Docker failed to start: no space left',
  cause: 'dockerd: no space left',
};

const judged = (findings: readonly Finding[], undecided: Diagnosis['undecided'] = []) =>
  judgeRemedy(fault, { findings, undecided });

test('a fault that new facts do not show is fixed, and the next error is told', () => {
  expect(judged([])).toEqual({ kind: 'fixed', next: undefined });
  expect(judged([{ ...other, severity: 'warning' }, other])).toEqual({ kind: 'fixed', next: other });
});

test('a fault stands while it is found, also under another one', () => {
  expect(judged([fault])).toMatchObject({ kind: 'remains' });
  expect(judged([{ ...other, explains: [{ ...fault, evidence: [] }] }])).toEqual({
    kind: 'remains',
    why: `The fault is still there, and follows from another one: ${other.title}. Start Docker.`,
  });
});

test('it stands while the same sentence or the same cause is an error of any rule, and the next step is said', () => {
  const stands = { kind: 'remains', why: expect.stringMatching(/still an error: .*\. Start Docker\.$/u) };
  expect(judged([{ ...other, title: fault.title }])).toEqual(stands);
  expect(judged([{ ...other, cause: fault.cause }])).toEqual(stands);
  expect(judged([{ ...other, explains: [{ id: 'socket.socket-absent', title: fault.title, evidence: [] }] }])).toEqual(
    stands,
  );
  expect(judged([{ ...other, title: fault.title, severity: 'info' }])).toMatchObject({ kind: 'fixed' });
});

test('what cannot be told any more is not fixed', () => {
  const undecided = [{ id: 'storage.data-root-full' as const, area: 'storage' as const, reason: 'no statfs' }];
  expect(judged([], undecided)).toEqual({ kind: 'inconclusive', why: 'no statfs.' });
});
