import { describe, expect, test } from 'vitest';
import { absent, helper, infoTimeout, ok, ping, stateAfter, timeout, type Word } from './words';

const took = (ms: number): Word => ping({ outcome: 'ok', ms });
const slow = took(1600);

function seen(...words: readonly Word[]): string {
  const { kind, cause } = stateAfter(...words);
  return cause === undefined ? kind : `${kind} ${cause.code}`;
}

describe('an engine whose pings take seconds', () => {
  test('is slow at the second in a row, with how long one took', () => {
    expect(seen(slow)).toBe('running');
    expect(stateAfter(slow, took(2100)).cause).toEqual({ code: 'slow', evidence: 'a ping took 2.1 s' });
  });

  test('does not change with each ping', () => {
    expect(stateAfter(slow, slow, took(3000)).cause?.evidence).toBe('a ping took 1.6 s');
    expect(seen(slow, took(900), slow, took(900), slow)).toBe('running');
    expect(seen(slow, slow, ok, ok, slow, ok, ok)).toBe('running slow');
    expect(seen(slow, slow, took(900), took(900), took(900), took(900))).toBe('running slow');
  });

  test('is not slow any more after three that are not', () => {
    expect(seen(slow, slow, ok, ok, ok)).toBe('running');
  });

  test('is slow again after a silence, and not when it has gone', () => {
    expect(seen(slow, slow, timeout)).toBe('hung ping-timeout');
    expect(seen(slow, slow, timeout, slow)).toBe('running slow');
    expect(seen(slow, slow, absent, ok)).toBe('running');
  });

  test('a ping that waited for a start, or for a frozen daemon, is none of them', () => {
    expect(seen(helper('starting'), took(9000), helper('running'), ok)).toBe('running');
    expect(seen(ok, timeout, took(4000), ok)).toBe('running');
  });

  test('what is worse goes first', () => {
    expect(seen(slow, slow, infoTimeout)).toBe('degraded info-timeout');
    const verification = { verdict: 'no', step: 'start', message: 'm', at: 0 } as const;
    expect(seen(slow, slow, { type: 'verified', verification })).toBe('cannot-run containers-fail');
  });
});

describe('an engine whose containerd has exited', () => {
  const dead: Word = { type: 'containerd', dead: '/run/c.sock' };

  test('cannot run containers, whatever /info says', () => {
    expect(stateAfter(ok, dead)).toMatchObject({
      kind: 'cannot-run',
      cause: { code: 'containerd-dead', evidence: '/run/c.sock' },
    });
    expect(seen(ok, infoTimeout, dead)).toBe('cannot-run containerd-dead');
  });

  test('can when it is back, and after another start', () => {
    expect(seen(ok, dead, { type: 'containerd', dead: undefined })).toBe('running');
    expect(seen(ok, dead, absent, ok)).toBe('running');
    expect(seen(ok, dead, helper('restarting'), helper('running'), ok)).toBe('running');
    expect(seen(absent, dead, ok)).toBe('running');
  });
});
