import { describe, expect, test } from 'vitest';
import { remedyActionOf } from '../../../../src/vscode/diagnostics/remedyAction';
import { findingOf } from './findings';

describe('remedyActionOf', () => {
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
