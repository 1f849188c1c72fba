import { describe, expect, test } from 'vitest';
import type { TimedVerification } from '../../../src/engine/verification';
import { absent, helper, ok, refused, stateAfter, timeout, type Word } from './words';

const ran: TimedVerification = { verdict: 'yes', at: 7 };
const failed: TimedVerification = { verdict: 'no', step: 'start', message: 'no runc', at: 8 };
const found = (verification: TimedVerification | undefined): Word => ({ type: 'verified', verification });
const mounted: Word = { type: 'foreign', mounted: true, evidence: 'a mount' };

describe('what a trial of containers found', () => {
  test('is in the state, with when, until another trial finds something else', () => {
    expect(stateAfter(ok, found(ran))).toMatchObject({ kind: 'running', verified: ran });
    expect(stateAfter(ok, found(ran), found(failed))).toMatchObject({ kind: 'cannot-run', verified: failed });
    expect(stateAfter(ok, found(failed), found(undefined))).not.toHaveProperty('verified');
  });

  test("is told of the host's daemon too, which stays the host's", () => {
    expect(stateAfter(mounted, ok, found(failed))).toMatchObject({ kind: 'foreign', verified: failed });
  });

  test('goes with the engine that showed it, and not with one answer that does not come', () => {
    for (const gone of [absent, refused]) expect(stateAfter(ok, found(ran), gone, ok)).not.toHaveProperty('verified');
    expect(stateAfter(ok, found(ran), helper('restarting'), ok)).not.toHaveProperty('verified');
    expect(stateAfter(ok, found(ran), timeout, ok)).toMatchObject({ kind: 'running', verified: ran });
    expect(stateAfter(absent, found(ran))).not.toHaveProperty('verified');
  });
});
