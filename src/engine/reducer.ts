import { isDeepStrictEqual } from 'node:util';
import { isEnding, isWorking, type HelperStateFile } from '../helper/helperState';
import type { EngineDetails } from './systemInfo';
import type { TimedVerification } from './verification';
import type { Cause, EngineEvent, EngineState, InfoResult, PingResult, SocketPath, StateKind } from './state';
import { formatSeconds } from '../util/format';

/** Everything the state is judged by: the last word of each witness, and what makes a word old. */
export interface Model {
  /** What a person sees. The same object as before when an event changed nothing of it. */
  readonly state: EngineState;
  readonly ping: PingResult | undefined;
  /** The helper has spoken since the ping: the ping proves nothing until the next one. */
  readonly pingIsOld: boolean;
  /** A ping was answered since the helper spoke: what it said of a stop or a failure is history. */
  readonly answeredSinceHelper: boolean;
  readonly everAnswered: boolean;
  /** What is wrong by `/info`; only an answered `/info` or the engine's end clears it. */
  readonly infoFault: Cause | undefined;
  readonly details: EngineDetails | undefined;
  readonly engineVersion: string | undefined;
  readonly helper: HelperStateFile | undefined;
  /** Whether containers run; of the daemon that answers, so it goes with it. */
  readonly verification: TimedVerification | undefined;
  /** The evidence that somebody else's socket is mounted over ours. */
  readonly mounted: string | undefined;
  readonly badEndpoint: string | undefined;
  /** The latest moment an event named; a clock that is set back does not set this back. */
  readonly at: number;
}

type Verdict = Pick<EngineState, 'kind' | 'cause' | 'step'>;

/** The beginning: nobody was asked yet. `at` is milliseconds since the epoch. */
export function initial(at: number): Model {
  return {
    state: { kind: 'unknown', since: at, cause: { code: 'not-asked-yet', evidence: '' } },
    ping: undefined,
    pingIsOld: false,
    answeredSinceHelper: false,
    everAnswered: false,
    infoFault: undefined,
    details: undefined,
    engineVersion: undefined,
    helper: undefined,
    verification: undefined,
    mounted: undefined,
    badEndpoint: undefined,
    at,
  };
}

function verdict(kind: StateKind, code: Cause['code'], evidence: string): Verdict {
  return { kind, cause: { code, evidence } };
}

/** There may be an engine behind this answer that we know things of. */
function isThere(ping: PingResult | undefined): boolean {
  return ping?.outcome === 'ok' || ping?.outcome === 'timeout' || ping?.outcome === 'status';
}

/** Something else than a socket stands at the path. */
function blocked(path: SocketPath): Verdict | undefined {
  switch (path) {
    case 'directory':
      return verdict('misconfigured', 'socket-is-directory', path);
    case 'file':
      return verdict('misconfigured', 'socket-is-file', path);
    case 'other':
      return verdict('misconfigured', 'socket-is-other', path);
    case 'socket':
    case 'hidden':
      return undefined;
  }
}

/** What the helper last said, unless an answered ping made it history. */
function standingWord(model: Model): HelperStateFile | undefined {
  return model.answeredSinceHelper ? undefined : model.helper;
}

function failure(word: HelperStateFile): Verdict {
  // A supervisor gave up: it was no single start that failed.
  if (word.code === 'crash-loop') return verdict('failed', 'crash-loop', word.cause);
  const code = word.verb === 'stop' || word.code === 'not-stopped' ? 'stop-failed' : 'start-failed';
  return verdict('failed', code, word.cause === '' ? word.message : word.cause);
}

/** No socket. dockerd takes its socket away when it ends in order, so somebody meant it, unless the helper says it runs. */
function whenAbsent(model: Model): Verdict {
  if (model.helper?.state === 'running') {
    const evidence = `the socket is gone, the helper had left the daemon running as process ${model.helper.pid}`;
    return verdict('failed', 'crashed', evidence);
  }
  const word = standingWord(model);
  if (word === undefined)
    return model.everAnswered ? { kind: 'stopped' } : verdict('stopped', 'never-started', 'ENOENT');
  // A stop that took longer than the helper waited and a start that was called off ended as somebody wanted.
  const wanted = word.state === 'stopped' || word.verb === 'stop' || word.code === 'cancelled';
  return wanted ? verdict('stopped', 'stopped-by-user', word.by) : failure(word);
}

/** A socket at which nobody listens. */
function whenRefused(model: Model): Verdict {
  const word = standingWord(model);
  return word?.state === 'failed' ? failure(word) : verdict('failed', 'crashed', 'ECONNREFUSED');
}

/** `since` in the helper's file is a whole second. */
const secondMs = 1000;

/**
 * A socket that we may not use says nothing of who is behind it: one that a failed start left behind is as closed as a living
 * daemon's. What is known of the last start counts, unless the socket is younger than it.
 */
function whenDenied(model: Model, madeAt: number | undefined): Verdict {
  const word = standingWord(model);
  const younger = madeAt !== undefined && word !== undefined && madeAt > Date.parse(word.since) + secondMs;
  return word?.state === 'failed' && !younger ? failure(word) : verdict('denied', 'no-permission', 'EACCES');
}

/** A daemon that answers runs only when nothing is known to the contrary. */
function whenAnswered({ infoFault, verification }: Model): Verdict {
  if (infoFault !== undefined) return { kind: 'degraded', cause: infoFault };
  return verification?.verdict === 'no'
    ? verdict('cannot-run', 'containers-fail', verification.message)
    : { kind: 'running' };
}

function byPing(model: Model, ping: PingResult): Verdict {
  switch (ping.outcome) {
    case 'ok':
      if (model.mounted !== undefined) return verdict('foreign', 'socket-mounted', model.mounted);
      return whenAnswered(model);
    case 'absent':
      return whenAbsent(model);
    case 'refused':
      return blocked(ping.path) ?? whenRefused(model);
    case 'denied':
      return blocked(ping.path) ?? whenDenied(model, ping.madeAt);
    case 'timeout':
      return verdict('hung', 'ping-timeout', 'GET /_ping: connected, no answer');
    case 'status':
      return verdict('degraded', 'http-status', `HTTP ${ping.status} ${ping.body}`.trimEnd());
    case 'unreachable':
      return verdict(
        ping.code === 'ECONNREFUSED' ? 'failed' : 'unknown',
        'unreachable',
        `${ping.code}: ${ping.message}`,
      );
  }
}

function judge(model: Model): Verdict {
  const { helper, ping } = model;
  if (model.badEndpoint !== undefined) return verdict('misconfigured', 'bad-endpoint', model.badEndpoint);
  if (helper?.state === 'stopping' || helper?.state === 'restarting') return { kind: helper.state, step: helper.step };
  const fresh = model.pingIsOld ? undefined : ping;
  if (helper?.state === 'starting' && fresh?.outcome !== 'ok') return { kind: 'starting', step: helper.step };
  if (ping === undefined) return verdict('unknown', 'not-asked-yet', '');
  if (fresh === undefined) {
    // The next ping is under way; until it is here nothing is claimed that was not shown before.
    const { kind, cause } = model.state;
    if (kind === 'running' && model.infoFault !== undefined) return { kind: 'degraded', cause: model.infoFault };
    return cause === undefined ? { kind } : { kind, cause };
  }
  return byPing(model, fresh);
}

/** Judges anew and keeps the old state object where nothing a person sees is different. */
function settle(model: Model): Model {
  const { kind, cause, step } = judge(model);
  const before = model.state;
  const state: EngineState = {
    kind,
    since: kind === before.kind ? before.since : model.at,
    ...(cause === undefined ? {} : { cause }),
    ...(model.details === undefined ? {} : { details: model.details }),
    ...(model.engineVersion === undefined ? {} : { engineVersion: model.engineVersion }),
    ...(model.verification === undefined ? {} : { verified: model.verification }),
    ...(step === undefined || step === '' ? {} : { step }),
  };
  return isDeepStrictEqual(state, before) ? model : { ...model, state };
}

function afterPing(model: Model, ping: PingResult): Model {
  // A ping that came through means that the endpoint's files are in order again.
  const next = { ...model, ping, pingIsOld: false, badEndpoint: undefined };
  if (ping.outcome === 'ok') {
    const engineVersion = ping.engineVersion ?? model.engineVersion;
    return { ...next, engineVersion, answeredSinceHelper: true, everAnswered: true };
  }
  return isThere(ping)
    ? next
    : { ...next, details: undefined, engineVersion: undefined, infoFault: undefined, verification: undefined };
}

function afterInfo(model: Model, info: InfoResult): Model {
  if (!isThere(model.ping)) return model;
  switch (info.outcome) {
    case 'ok':
      return { ...model, details: info.details, infoFault: undefined };
    case 'timeout':
      return {
        ...model,
        // Rounded, so that the same fault found twice reads the same.
        infoFault: { code: 'info-timeout', evidence: `GET /info: no answer within ${formatSeconds(info.afterMs)}` },
      };
    case 'failed':
      // It did not reach the engine: whether the engine is there is for the ping to say.
      return info.code === undefined ? { ...model, infoFault: { code: 'info-failed', evidence: info.message } } : model;
  }
}

function afterHelper(model: Model, helper: HelperStateFile | undefined): Model {
  if (isDeepStrictEqual(helper, model.helper)) return model;
  // It has changed the daemon, or says that it has: what a ping said before that is of another daemon.
  const was = model.helper?.state;
  const changed = isEnding(model.helper) || !isWorking(helper);
  return {
    ...model,
    helper,
    // A run of the helper's may have replaced or mended the daemon: what was found out is of the one before.
    verification: isEnding(helper) || isWorking(helper) ? undefined : model.verification,
    pingIsOld: model.ping !== undefined && (model.pingIsOld || (changed && helper?.state !== was)),
    answeredSinceHelper: false,
  };
}

/** The next model. Pure; takes events in any order, also late and repeated ones. */
export function reduce(model: Model, event: EngineEvent): Model {
  const now = { ...model, at: Math.max(model.at, event.at) };
  switch (event.type) {
    case 'ping':
      return settle(afterPing(now, event.result));
    case 'info':
      return settle(afterInfo(now, event.result));
    case 'helper':
      return settle(afterHelper(now, event.state));
    case 'verified':
      return isThere(now.ping) ? settle({ ...now, verification: event.verification }) : now;
    case 'foreign':
      return settle({ ...now, mounted: event.mounted ? event.evidence : undefined });
    case 'bad-endpoint':
      return settle({ ...now, badEndpoint: event.message });
    case 'stream-ended':
      // Says that something happened, not what: the monitor asks, and the ping's answer is the judgement.
      return now;
  }
}
