import { describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../../../src/diagnosis/diagnosisSchema';
import type { Finding } from '../../../../src/diagnosis/finding';
import { remedyActionOf, judgeRemedy } from '../../../../src/vscode/diagnostics/remedyAction';
import { findingOf } from './findings';

const diagnosisOf = (findings: readonly Finding[], undecided: Diagnosis['undecided'] = []): Diagnosis => ({
  schema: 1,
  takenAt: '2026-03-04T05:06:07Z',
  findings,
  undecided,
  areas: [],
  sum: { info: 0, warning: 0, error: findings.length, undecided: undecided.length },
  engineWorks: true,
  platform: [],
});

describe('mendingOf', () => {
  test('is a lifecycle command where the remedy is one, so that its questions are asked', () => {
    expect(remedyActionOf(findingOf({ action: 'start-daemon' }))).toMatchObject({ kind: 'command', name: 'start' });
    expect(remedyActionOf(findingOf({ action: 'restart-daemon', risk: 'restarts-daemon' }))).toMatchObject({
      kind: 'command',
      name: 'restart',
      risk: 'restarts-daemon',
    });
  });

  test('is an action of the helper with its title', () => {
    expect(remedyActionOf(findingOf({ action: 'share-root-mount' }))).toEqual({
      kind: 'apply',
      action: 'share-root-mount',
      label: 'Make the mounts below / shared',
      risk: 'none',
    });
  });

  test('is the set-up where the helper is what is wrong, and nothing where only the person can help', () => {
    expect(remedyActionOf(findingOf({}, 'helper.untrusted'))).toMatchObject({ kind: 'command', name: 'set-up-helper' });
    expect(remedyActionOf(findingOf({}))).toBeUndefined();
  });
});

describe('proofOf', () => {
  const fault = findingOf({}, 'storage.data-root-full');

  test('is fixed when new facts do not show it', () => {
    expect(judgeRemedy('storage.data-root-full', diagnosisOf([]))).toEqual({ kind: 'fixed' });
  });

  test('stands while it is found, also under another fault', () => {
    expect(judgeRemedy('storage.data-root-full', diagnosisOf([fault]))).toMatchObject({ kind: 'remains' });
    const root = {
      ...findingOf({}, 'cgroup.cgroup-not-mounted'),
      title: 'The root',
      explains: [{ ...fault, evidence: [] }],
    };
    expect(judgeRemedy('storage.data-root-full', diagnosisOf([root]))).toMatchObject({
      kind: 'remains',
      why: expect.stringContaining('The root'),
    });
  });

  test('is not fixed when it cannot be told any more', () => {
    const undecided = [{ id: 'storage.data-root-full' as const, area: 'storage' as const, reason: 'no statfs' }];
    expect(judgeRemedy('storage.data-root-full', diagnosisOf([], undecided))).toEqual({
      kind: 'inconclusive',
      why: 'Whether it is mended could not be told: no statfs.',
    });
  });
});
