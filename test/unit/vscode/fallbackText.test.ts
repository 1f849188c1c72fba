import { describe, expect, it } from 'vitest';
import { describe as describeState } from '../../../src/diagnosis/describe';
import { stateKinds } from '../../../src/engine/state';
import { needsExplaining, fallbackText } from '../../../src/vscode/fallbackText';
import { stateOf } from './states';

describe('fallbackText', () => {
  it('says of the plain states what describe says', () => {
    for (const kind of stateKinds) {
      const state = stateOf(kind, kind === 'unknown' ? 'not-asked-yet' : undefined);
      if (needsExplaining(state)) continue;
      const { headline, nextSteps } = describeState(state);
      expect(fallbackText(state, true)).toEqual({ headline, explanation: '', nextSteps });
    }
  });

  it('leaves to describe what is not plain', () => {
    expect(stateKinds.filter((kind) => needsExplaining(stateOf(kind)))).toEqual([
      'unknown',
      'stopped',
      'degraded',
      'hung',
      'denied',
      'misconfigured',
      'failed',
      'foreign',
    ]);
    expect(needsExplaining(stateOf('unknown', 'not-asked-yet'))).toBe(false);
  });

  it('offers nothing for a daemon that is not ours to manage', () => {
    expect(fallbackText(stateOf('running'), false).nextSteps).toEqual([]);
  });
});
