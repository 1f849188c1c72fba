import { describe, expect, test } from 'vitest';
import type { HelperWord } from '../../../src/helper/helperState';
import type { MachineSetup, SocketPath } from '../../../src/engine/state';
import { absent, helper, ok, ping, stateAfter, type Word } from './words';

/** `kind cause` of the state after these. */
function seen(...words: readonly Word[]): string {
  const { kind, cause } = stateAfter(...words);
  return cause === undefined ? kind : `${kind} ${cause.code}`;
}

const since = '2026-01-01T10:00:05Z';
/** A socket that was there when the helper spoke, and one that was made after that. */
const older = { madeAt: Date.parse('2026-01-01T10:00:04.800Z') };
const younger = { madeAt: Date.parse('2026-01-01T10:00:07Z') };

const said = (state: HelperWord['state'], more: Partial<HelperWord> = {}): Word => helper(state, { since, ...more });
const path: SocketPath = 'socket';

type Age = { readonly madeAt?: number };

/** What a client sees when nothing answers, by a socket of that age. */
const clients = {
  ENOENT: (_age: Age) => absent,
  ECONNREFUSED: (age: Age) => ping({ outcome: 'refused', path, ...age }),
  EACCES: (age: Age) => ping({ outcome: 'denied', path, ...age }),
  'nobody accepts': (age: Age) => ping({ outcome: 'timeout', afterMs: 900, ...age }),
};
/** What each means where nothing is known of the last start. */
const alone = {
  ENOENT: 'stopped never-started',
  ECONNREFUSED: 'failed crashed',
  EACCES: 'denied no-permission',
  'nobody accepts': 'hung ping-timeout',
} as const;

/** The last word of the helper, what it makes of every errno, and what is different for some. */
type Row = [what: string, words: Word[], all: string | undefined, but?: Partial<Record<keyof typeof alone, string>>];

const rows: readonly Row[] = [
  ['nothing', [], undefined],
  ['a failed start', [said('failed', { code: 'daemon-exited' })], 'failed start-failed'],
  ['a start that was not ready in time', [said('failed', { code: 'not-ready' })], 'failed start-failed'],
  ['a start without an engine', [said('failed', { code: 'no-engine' })], 'failed start-failed'],
  ['a start that was cancelled', [said('failed', { code: 'cancelled' })], 'stopped stopped-by-user'],
  ['a crash loop', [said('failed', { verb: 'supervise', code: 'crash-loop' })], 'failed crash-loop'],
  ['a failed stop', [said('failed', { verb: 'stop' })], 'failed stop-failed', { ENOENT: 'stopped stopped-by-user' }],
  ['a stop', [said('stopped', { verb: 'stop' })], 'stopped stopped-by-user'],
  ['a daemon that has exited since', [said('running', { daemonGone: true })], 'failed crashed'],
  ['a daemon that runs', [said('running')], undefined, { ENOENT: 'failed crashed' }],
  ['a failed start, and an answer since', [said('failed'), ok], undefined, { ENOENT: 'stopped' }],
  ['a stop, and an answer since', [said('stopped'), ok], undefined, { ENOENT: 'stopped' }],
];

describe.each(rows)('after %s', (_what, words, all, but = {}) => {
  test.each(Object.keys(alone) as (keyof typeof alone)[])('%s', (errno) => {
    const expected = but[errno] ?? all ?? alone[errno];
    for (const age of [older, {}]) expect(seen(...words, clients[errno](age)), JSON.stringify(age)).toBe(expected);
  });

  test.each(['ECONNREFUSED', 'EACCES', 'nobody accepts'] as const)('%s at a socket that is younger', (errno) => {
    expect(seen(...words, clients[errno](younger))).toBe(alone[errno]);
  });

  test('a socket that was mounted from outside has nothing to do with it', () => {
    const mounted: Word = { type: 'foreign', mounted: true, evidence: 'm' };
    for (const errno of ['ECONNREFUSED', 'EACCES', 'nobody accepts'] as const)
      expect(seen(...words, mounted, clients[errno](older))).toBe(alone[errno]);
  });
});

describe('what a start needs', () => {
  const needs = (setup: Partial<MachineSetup>): Word => ({
    type: 'setup',
    setup: { missing: [], install: undefined, helper: true, ...setup },
  });
  const refused = clients.ECONNREFUSED(older);
  const noEngine = needs({ missing: ['dockerd', 'containerd'], install: 'apt-get install docker.io' });

  test('is not there: not installed, with what is missing and how to install it', () => {
    expect(stateAfter(noEngine, absent)).toMatchObject({
      kind: 'not-installed',
      cause: { code: 'program-missing', evidence: 'dockerd and containerd', command: 'apt-get install docker.io' },
    });
    expect(seen(needs({ missing: ['containerd'] }), absent)).toBe('not-installed program-missing');
  });

  test('whatever the helper said last, and whatever is left at the socket', () => {
    for (const words of [[said('failed')], [said('stopped')], [said('running')], []]) {
      for (const word of [absent, refused, ping({ outcome: 'refused', path: 'directory' })])
        expect(seen(...words, noEngine, word)).toBe('not-installed program-missing');
    }
  });

  test("says nothing of a daemon that answers, may answer, or is another machine's", () => {
    expect(seen(noEngine, ok)).toBe('running');
    expect(seen(noEngine, clients.EACCES(older))).toBe('denied no-permission');
    expect(seen(noEngine, clients['nobody accepts'](older))).toBe('hung ping-timeout');
    expect(seen(noEngine, { type: 'foreign', mounted: true, evidence: 'm' }, refused)).toBe('failed crashed');
    expect(seen(noEngine, helper('starting'), absent)).toBe('starting');
  });

  test('installed since a start that missed it, that start is history', () => {
    const failed = said('failed', { code: 'no-engine', message: 'dockerd is not installed.' });
    expect(seen(failed, absent)).toBe('failed start-failed');
    expect(seen(failed, needs({}), absent)).toBe('stopped never-started');
  });

  test('without a helper what is stopped is not set up, and a failure is a failure', () => {
    const unset = needs({ helper: false });
    expect(seen(unset, absent)).toBe('stopped not-set-up');
    expect(seen(unset, said('stopped'), absent)).toBe('stopped not-set-up');
    expect(seen(unset, refused)).toBe('failed crashed');
    expect(seen(unset, said('failed'), absent)).toBe('failed start-failed');
    expect(seen(unset, absent, needs({}))).toBe('stopped never-started');
    expect(seen(unset, ok)).toBe('running');
  });
});

describe('a helper at work', () => {
  // Events are at 1000 ms after the epoch and some.
  const began = (seconds: number): string => new Date(1000 - seconds * 1000).toISOString();

  test.each(['starting', 'stopping', 'restarting'] as const)('%s: longer than it may take is told', (state) => {
    const after = (seconds: number) =>
      stateAfter(helper(state, { since: began(seconds), maxSeconds: 90, step: 'daemon.ready' }), absent);
    expect(after(80)).toMatchObject({ kind: state, step: 'daemon.ready' });
    expect(after(80).cause).toBeUndefined();
    expect(after(95)).toMatchObject({
      kind: state,
      step: 'daemon.ready',
      cause: { code: 'takes-long', evidence: '90 s' },
    });
    expect(after(159).cause?.evidence).toBe('150 s');
  });

  test('by a bound of its own', () => {
    expect(seen(helper('starting', { since: began(100), maxSeconds: 610 }), absent)).toBe('starting');
  });

  test('stopped by a signal is not on its way', () => {
    expect(stateAfter(helper('starting', { stopped: true, helperPid: 42 }), absent)).toMatchObject({
      kind: 'starting',
      cause: { code: 'paused', evidence: 'PID 42', command: 'sudo kill -CONT 42' },
    });
  });

  test('is over with the first answer', () => {
    expect(seen(helper('starting', { since: began(100) }), absent, ok)).toBe('running');
  });
});
