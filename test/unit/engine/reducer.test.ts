import { describe, expect, test } from 'vitest';
import { reduce } from '../../../src/engine/reducer';
import {
  absent,
  after,
  denied,
  details,
  helper,
  info,
  infoOk,
  infoTimeout,
  noHelper,
  ok,
  ping,
  refused,
  stateAfter,
  status500,
  timeout,
  type Word,
} from './words';

/** `kind cause` of the state after these. */
function seen(...words: readonly Word[]): string {
  const { kind, cause } = stateAfter(...words);
  return cause === undefined ? kind : `${kind} ${cause.code}`;
}

const infoFailed = info({ outcome: 'failed', message: 'HTTP 500' });
const mounted: Word = { type: 'foreign', mounted: true, evidence: '/run/docker.sock is a mount' };
const badEndpoint: Word = { type: 'bad-endpoint', message: 'ssh' };

describe('one answer', () => {
  test.each<[string, Word[], string]>([
    ['nobody asked', [], 'unknown not-asked-yet'],
    ['an answer', [ok], 'running'],
    ['no socket', [absent], 'stopped never-started'],
    ['a socket nobody listens at', [refused], 'failed crashed'],
    ['a directory, as root', [ping({ outcome: 'refused', path: 'directory' })], 'misconfigured socket-is-directory'],
    ['a directory, as a user', [ping({ outcome: 'denied', path: 'directory' })], 'misconfigured socket-is-directory'],
    ['a file', [ping({ outcome: 'refused', path: 'file' })], 'misconfigured socket-is-file'],
    ['a device', [ping({ outcome: 'refused', path: 'other' })], 'misconfigured socket-is-other'],
    ['a closed socket', [denied], 'denied no-permission'],
    ['a closed folder', [ping({ outcome: 'denied', path: 'hidden' })], 'denied no-permission'],
    ['silence', [timeout], 'hung ping-timeout'],
    ['an error', [status500], 'degraded http-status'],
    [
      'a TCP port nobody listens at',
      [ping({ outcome: 'unreachable', code: 'ECONNREFUSED', message: '' })],
      'failed unreachable',
    ],
    ['a name nobody knows', [ping({ outcome: 'unreachable', code: 'ENOTFOUND', message: '' })], 'unknown unreachable'],
    ['an unusable endpoint', [badEndpoint], 'misconfigured bad-endpoint'],
  ])('%s', (_what, words, expected) => {
    expect(seen(...words)).toBe(expected);
  });

  test('evidence is told', () => {
    expect(stateAfter(status500).cause?.evidence).toBe('HTTP 500 no');
    expect(stateAfter(ping({ outcome: 'unreachable', code: 'ENOTFOUND', message: 'x' })).cause?.evidence).toBe(
      'ENOTFOUND: x',
    );
    expect(stateAfter(ok, infoTimeout).cause?.evidence).toBe('GET /info: no answer within 2.5 s');
  });

  test('a bad endpoint is over with the next ping', () => {
    expect(seen(badEndpoint, ok)).toBe('running');
  });
});

describe('/info', () => {
  test('silent while the ping is answered: degraded, until /info answers', () => {
    expect(seen(ok, infoTimeout)).toBe('degraded info-timeout');
    expect(seen(ok, infoTimeout, ok, ok)).toBe('degraded info-timeout');
    expect(seen(ok, infoTimeout, ok, infoOk)).toBe('running');
  });

  test('the fault outlasts a ping without answer', () => {
    expect(seen(ok, infoTimeout, timeout)).toBe('hung ping-timeout');
    expect(seen(ok, infoTimeout, timeout, ok)).toBe('degraded info-timeout');
  });

  test.each([absent, refused, denied])('the fault goes with the engine: $result.outcome', (gone) => {
    expect(seen(ok, infoTimeout, gone, ok)).toBe('running');
  });

  test('an answer that is no info: degraded', () => {
    expect(seen(ok, infoFailed)).toBe('degraded info-failed');
    expect(seen(ok, infoFailed, infoOk)).toBe('running');
  });

  test('a question that did not get through decides nothing', () => {
    const lost = info({ outcome: 'failed', message: 'connect', code: 'ECONNREFUSED' });
    expect(seen(ok, lost)).toBe('running');
    expect(seen(ok, infoTimeout, lost)).toBe('degraded info-timeout');
  });

  test('its details stay while the engine is up and go with it', () => {
    expect(stateAfter(ok, infoOk)).toMatchObject({ details, engineVersion: '20.10.24' });
    expect(stateAfter(ok, infoOk, timeout, infoTimeout, status500).details).toEqual(details);
    for (const gone of [absent, refused, denied]) {
      expect(stateAfter(ok, infoOk, gone)).not.toHaveProperty('details');
      expect(stateAfter(ok, infoOk, gone)).not.toHaveProperty('engineVersion');
    }
  });

  test('an answer that comes after the engine has gone is dropped', () => {
    expect(stateAfter(ok, refused, infoOk)).not.toHaveProperty('details');
    expect(seen(ok, refused, infoTimeout, ok)).toBe('running');
  });
});

describe('the helper at work', () => {
  const unreachable = ping({ outcome: 'unreachable', code: 'ENOTFOUND', message: '' });
  test.each([absent, refused, denied, timeout, status500, unreachable])('starting masks $result.outcome', (word) => {
    expect(seen(helper('starting'), word)).toBe('starting');
    expect(seen(word, helper('starting'))).toBe('starting');
  });

  test('starting ends with the first answer', () => {
    expect(seen(absent, helper('starting'), denied, ok)).toBe('running');
  });

  test.each(['stopping', 'restarting'] as const)('%s masks everything, answers too', (state) => {
    for (const word of [ok, absent, refused, denied, timeout, status500]) {
      expect(seen(ok, helper(state), word)).toBe(state);
    }
  });

  test('its step is told while it works', () => {
    expect(stateAfter(helper('starting', { step: 'daemon.launch' })).step).toBe('daemon.launch');
    expect(stateAfter(helper('starting', { step: 'daemon.launch' }), ok)).not.toHaveProperty('step');
    expect(stateAfter(helper('stopping', { step: 'daemon.term' }), helper('stopped'))).not.toHaveProperty('step');
  });

  test('a bad endpoint is not masked', () => {
    expect(seen(helper('starting'), badEndpoint)).toBe('misconfigured bad-endpoint');
  });

  test('a helper that died is not at work', () => {
    expect(seen(refused, helper('starting'), noHelper, refused)).toBe('failed crashed');
  });
});

describe('between the word of the helper and the next ping', () => {
  test('an answer from before a stop does not make it run', () => {
    expect(seen(ok, helper('stopping'), helper('stopped'))).toBe('stopping');
    expect(seen(ok, helper('stopping'), helper('stopped'), absent)).toBe('stopped stopped-by-user');
  });

  test('nor does one from before a stop that was followed by a start', () => {
    expect(seen(ok, helper('stopping'), helper('stopped'), helper('starting'))).toBe('starting');
    expect(seen(ok, helper('stopping'), helper('starting'))).toBe('starting');
  });

  test('a failure from before a start does not make it fail', () => {
    expect(seen(absent, helper('starting'), helper('running'))).toBe('starting');
    expect(seen(absent, helper('running'))).toBe('stopped never-started');
    expect(seen(absent, helper('starting'), helper('running'), ok)).toBe('running');
  });

  test('a restart ends with the answer after it', () => {
    expect(seen(ok, helper('restarting'), ok, helper('running'))).toBe('restarting');
    expect(seen(ok, helper('restarting'), ok, helper('running'), ok)).toBe('running');
  });

  test('a step is no new word', () => {
    expect(seen(absent, helper('starting', { step: 'a' }), ok, helper('starting', { step: 'b' }))).toBe('running');
  });
});

describe('what the helper left behind', () => {
  test('stopped, by whom', () => {
    expect(stateAfter(helper('stopped'), absent)).toMatchObject({
      kind: 'stopped',
      cause: { code: 'stopped-by-user', evidence: 'ada' },
    });
  });

  test('a failed start, with its cause line or its message', () => {
    const failed = helper('failed', { cause: 'no space left', message: 'It ended.' });
    for (const gone of [absent, refused]) {
      expect(stateAfter(failed, gone)).toMatchObject({
        kind: 'failed',
        cause: { code: 'start-failed', evidence: 'no space left' },
      });
    }
    expect(stateAfter(helper('failed', { message: 'It ended.' }), refused).cause?.evidence).toBe('It ended.');
  });

  test('a failed stop', () => {
    expect(seen(helper('failed', { verb: 'stop' }), refused)).toBe('failed stop-failed');
    expect(seen(helper('failed', { verb: 'restart', code: 'not-stopped' }), refused)).toBe('failed stop-failed');
    expect(seen(helper('failed', { verb: 'stop' }), absent)).toBe('stopped stopped-by-user');
  });

  test('a supervisor that gave up', () => {
    const loop = helper('failed', {
      verb: 'supervise',
      code: 'crash-loop',
      cause: 'no space left',
      message: '5 times.',
    });
    for (const gone of [absent, refused]) {
      expect(stateAfter(loop, gone)).toMatchObject({
        kind: 'failed',
        cause: { code: 'crash-loop', evidence: 'no space left' },
      });
    }
    // Somebody started it after all.
    expect(seen(loop, ok, refused)).toBe('failed crashed');
  });

  test('a start that was called off is no failure', () => {
    expect(seen(helper('failed', { code: 'cancelled' }), absent)).toBe('stopped stopped-by-user');
  });

  test('running, and no socket: crashed', () => {
    expect(stateAfter(helper('running', { pid: 42 }), ok, absent)).toMatchObject({
      kind: 'failed',
      cause: { code: 'crashed', evidence: expect.stringContaining('42') as string },
    });
    expect(seen(helper('running'), absent)).toBe('failed crashed');
  });

  test('running, and something else is seen: what is seen counts', () => {
    expect(seen(helper('running'), refused)).toBe('failed crashed');
    expect(seen(helper('running'), denied)).toBe('denied no-permission');
  });

  test('a closed socket that a failed start left behind does not hide the failure, a younger one does', () => {
    const failed = helper('failed', { code: 'daemon-exited', since: '2026-01-01T10:00:05Z' });
    const closed = (madeAt: string): Word =>
      ping({ outcome: 'denied', path: 'socket', madeAt: Date.parse(`2026-01-01T10:00:${madeAt}Z`) });
    expect(seen(failed, closed('04.800'))).toBe('failed start-failed');
    expect(seen(failed, closed('05.900'))).toBe('failed start-failed');
    expect(seen(failed, denied)).toBe('failed start-failed');
    expect(seen(failed, closed('07.000'))).toBe('denied no-permission');
    expect(seen(helper('running'), timeout)).toBe('hung ping-timeout');
  });

  test('an answer since then makes its word history', () => {
    expect(seen(helper('failed'), ok)).toBe('running');
    expect(seen(helper('failed'), ok, refused)).toBe('failed crashed');
    expect(seen(helper('failed'), ok, absent)).toBe('stopped');
    expect(seen(helper('stopped'), ok, absent)).toBe('stopped');
  });

  test('its file read again is no new word', () => {
    expect(seen(helper('failed'), ok, helper('failed'), refused)).toBe('failed crashed');
    expect(seen(helper('stopped'), ok, helper('stopped'), absent)).toBe('stopped');
  });

  test('a socket that was taken away in order, without a helper', () => {
    expect(seen(ok, absent)).toBe('stopped');
  });
});

describe("somebody else's socket", () => {
  test('is foreign when it answers', () => {
    expect(stateAfter(mounted, ok)).toMatchObject({
      kind: 'foreign',
      cause: { code: 'socket-mounted', evidence: '/run/docker.sock is a mount' },
    });
    expect(seen(mounted, ok, infoTimeout)).toBe('foreign socket-mounted');
  });

  test('is what it is when it does not', () => {
    expect(seen(mounted, refused)).toBe('failed crashed');
    expect(seen(mounted, denied)).toBe('denied no-permission');
  });

  test('can be taken away', () => {
    expect(seen(mounted, ok, { type: 'foreign', mounted: false, evidence: '' })).toBe('running');
  });
});

describe('the moment it began', () => {
  test('changes with the kind only', () => {
    const running = after(ok);
    const withDetails = reduce(running, { ...infoOk, at: 5000 });
    expect(withDetails.state).toMatchObject({ kind: 'running', since: 1000 });
    expect(reduce(withDetails, { ...timeout, at: 6000 }).state.since).toBe(6000);
  });

  test('is kept when only the cause changes', () => {
    expect(stateAfter(ok, infoTimeout, infoFailed)).toMatchObject({ since: 1001, cause: { code: 'info-failed' } });
  });

  test('does not go back with the clock', () => {
    expect(reduce(after(ok, ok), { ...absent, at: 3 }).state.since).toBe(1001);
  });
});

test('the end of the stream alone changes nothing', () => {
  const model = after(ok, infoOk);
  expect(reduce(model, { type: 'stream-ended', at: 9999 }).state).toBe(model.state);
});
