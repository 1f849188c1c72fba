import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { initial, type Model } from '../../../src/engine/model';
import { reduce } from '../../../src/engine/reducer';
import {
  stateKinds,
  type EngineEvent,
  type InfoResult,
  type PingResult,
  type SocketPath,
} from '../../../src/engine/state';
import { details, helperFile } from './words';

const path = fc.constantFrom<SocketPath>('socket', 'file', 'directory', 'other', 'hidden');
const made = fc.constantFrom({}, { madeAt: Date.parse('2025-01-01') }, { madeAt: Date.parse('2027-01-01') });
const pingResult: fc.Arbitrary<PingResult> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<PingResult>({ outcome: 'ok', engineVersion: '28.2.2', ms: 1 }) },
  fc.constantFrom(1, 2500).map((ms): PingResult => ({ outcome: 'ok', ms })),
  fc.constant<PingResult>({ outcome: 'absent' }),
  fc.tuple(path, made).map(([where, at]): PingResult => ({ outcome: 'refused', path: where, ...at })),
  fc.tuple(path, made).map(([where, at]): PingResult => ({ outcome: 'denied', path: where, ...at })),
  fc.nat(5000).map((afterMs): PingResult => ({ outcome: 'timeout', afterMs })),
  fc.constantFrom(400, 503).map((status): PingResult => ({ outcome: 'status', status, body: 'b' })),
  fc
    .constantFrom('ECONNREFUSED', 'ENOTFOUND')
    .map((code): PingResult => ({ outcome: 'unreachable', code, message: 'm' })),
);
const infoResult = fc.constantFrom<InfoResult>(
  { outcome: 'ok', details },
  { outcome: 'ok', details: { ...details, containersRunning: 9 } },
  { outcome: 'timeout', afterMs: 2500 },
  { outcome: 'failed', message: 'm' },
  { outcome: 'failed', message: 'm', code: 'ECONNRESET' },
);
const helperState = fc.option(
  fc.record({
    state: fc.constantFrom('starting', 'running', 'stopping', 'stopped', 'restarting', 'failed'),
    verb: fc.constantFrom('start', 'stop', 'restart'),
    code: fc.constantFrom('', 'cancelled', 'not-stopped', 'daemon-exited'),
    step: fc.constantFrom('', 'daemon.launch'),
    pid: fc.nat(3),
  }),
  { nil: undefined },
);
const untimed = fc.oneof(
  { weight: 4, arbitrary: pingResult.map((result) => ({ type: 'ping' as const, result })) },
  { weight: 2, arbitrary: infoResult.map((result) => ({ type: 'info' as const, result })) },
  {
    weight: 3,
    arbitrary: helperState.map((state) => ({
      type: 'helper' as const,
      state: state === undefined ? undefined : { ...helperFile, ...state },
    })),
  },
  fc.constant({ type: 'stream-ended' as const }),
  fc
    .record({
      missing: fc.constantFrom([], ['containerd'], ['dockerd', 'containerd']),
      install: fc.constant('i'),
      helper: fc.boolean(),
    })
    .map((setup) => ({ type: 'setup' as const, setup })),
  fc.constantFrom(undefined, '/c.sock').map((dead) => ({ type: 'containerd' as const, dead })),
  fc.boolean().map((mounted) => ({ type: 'foreign' as const, mounted, evidence: 'e' })),
  fc.constant({ type: 'bad-endpoint' as const, message: 'm' }),
);
/** Any order, and moments that may jump back. */
const history: fc.Arbitrary<EngineEvent[]> = fc.array(
  fc.tuple(untimed, fc.nat(100)).map(([event, at]): EngineEvent => ({ ...event, at })),
  { maxLength: 25 },
);

/** Runs the history and lets the check see each step. */
function walk(
  events: readonly EngineEvent[],
  check: (model: Model, before: Model, past: readonly EngineEvent[]) => boolean,
) {
  let model = initial(0);
  return events.every((event, index) => {
    const before = model;
    model = reduce(model, event);
    return check(model, before, events.slice(0, index + 1));
  });
}

function holds(check: (model: Model, before: Model, past: readonly EngineEvent[]) => boolean): void {
  fc.assert(
    fc.property(history, (events) => walk(events, check)),
    { numRuns: 1500 },
  );
}

function lastPing(past: readonly EngineEvent[]): PingResult | undefined {
  return past.findLast((event) => event.type === 'ping')?.result;
}

const isUp = (ping: PingResult | undefined): boolean => ['ok', 'timeout', 'status'].includes(ping?.outcome ?? '');

describe('whatever happens in whatever order', () => {
  test('the kind is one of the known', () => holds(({ state }) => stateKinds.includes(state.kind)));

  test('since never goes back, and changes with the kind only', () =>
    holds(({ state }, { state: before }) =>
      state.kind === before.kind ? state.since === before.since : state.since >= before.since,
    ));

  test('it runs only when the last ping was answered', () =>
    holds(({ state }, _before, past) => state.kind !== 'running' || lastPing(past)?.outcome === 'ok'));

  test('it never turns to running by anything but a ping, /info, a mount that went, or a helper that starts nothing', () =>
    holds(({ state }, { state: before }, past) => {
      if (state.kind !== 'running' || before.kind === 'running') return true;
      const event = past.at(-1);
      return event?.type !== 'bad-endpoint' && event?.type !== 'stream-ended' && event?.type !== 'helper'
        ? true
        : event.type === 'helper' && event.state?.state === 'starting' && before.kind !== 'stopping';
    }));

  test('details are there only of an engine that was up at the last ping, and said them since it came', () =>
    holds(({ state }, _before, past) => {
      if (state.details === undefined) return true;
      const gone = past.findLastIndex((event) => event.type === 'ping' && !isUp(event.result));
      return (
        isUp(lastPing(past)) &&
        past.slice(gone + 1).some((event) => event.type === 'info' && event.result.outcome === 'ok')
      );
    }));

  test('said twice is said once; of answers it is counted how long they took', () =>
    holds((model, _before, past) => {
      const again = past.at(-1);
      if (again === undefined) return true;
      const { state } = reduce(model, again);
      const counted = again.type === 'ping' && again.result.outcome === 'ok';
      return counted ? state.kind === model.state.kind : state === model.state;
    }));

  test('a state that reads the same is the same object', () =>
    holds(({ state }, { state: before }) => state === before || !isDeepStrictEqual(state, before)));

  test('a helper that stops or restarts is believed', () =>
    holds(({ state }, _before, past) => {
      const helper = past.findLast((event) => event.type === 'helper')?.state?.state;
      const asked = past.findLastIndex((event) => event.type === 'ping');
      const bad = past.findLastIndex((event) => event.type === 'bad-endpoint');
      return bad > asked || (helper !== 'stopping' && helper !== 'restarting') || state.kind === helper;
    }));

  test('a silent /info is not forgotten before /info answers or the engine goes', () =>
    holds(({ state }, _before, past) => {
      const silent = past.findLastIndex((event) => event.type === 'info' && event.result.outcome === 'timeout');
      if (silent < 0 || !isUp(lastPing(past.slice(0, silent)))) return true;
      const cleared = past
        .slice(silent)
        .some((event) =>
          event.type === 'info' ? event.result.outcome === 'ok' : event.type === 'ping' && !isUp(event.result),
        );
      return cleared || state.kind !== 'running';
    }));

  test('every trouble has a cause, and work and health have none', () =>
    holds(({ state }) => {
      const { kind, cause } = state;
      if (kind === 'running') return cause === undefined || cause.code === 'slow';
      if (['starting', 'stopping', 'restarting'].includes(kind)) return true;
      return kind === 'stopped' || cause !== undefined;
    }));

  test('a ping without words of the helper decides by itself', () =>
    holds(({ state }, _before, past) => {
      if (past.some((event) => event.type === 'helper') || past.at(-1)?.type !== 'ping') return true;
      const ping = lastPing(past);
      switch (ping?.outcome) {
        case 'absent':
          return ['stopped', 'not-installed'].includes(state.kind);
        case 'timeout':
          return state.kind === 'hung';
        case 'status':
          return state.kind === 'degraded';
        case 'ok':
          return ['running', 'degraded', 'cannot-run', 'foreign'].includes(state.kind);
        default:
          return ['failed', 'misconfigured', 'denied', 'unknown', 'not-installed'].includes(state.kind);
      }
    }));

  test('nothing given is changed', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
        Object.freeze(value);
        for (const inner of Object.values(value)) freeze(inner);
      }
      return value;
    };
    fc.assert(fc.property(history, (events) => walk(freeze(events), (model) => freeze(model) === model)));
  });
});
