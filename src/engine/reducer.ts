import { isDeepStrictEqual } from 'node:util';
import { isEnding, isWorking, type HelperWord } from '../helper/helperState';
import { verdict, type Model, type Verdict } from './model';
import { brisk, paceAfter } from './pace';
import type { EngineEvent, EngineState, InfoResult, PingResult } from './state';
import { formatSeconds } from '../util/format';
import { whileWorking, withoutDaemon } from './withoutDaemon';

/** There may be an engine behind this answer that we know things of. */
function isThere(ping: PingResult | undefined): boolean {
  return ping?.outcome === 'ok' || ping?.outcome === 'timeout' || ping?.outcome === 'status';
}

/** A daemon that answers runs only when nothing is known to the contrary. */
function whenAnswered({ containerdDead, infoFault, verification, pace }: Model): Verdict {
  if (containerdDead !== undefined) return verdict('cannot-run', 'containerd-dead', containerdDead);
  if (infoFault !== undefined) return { kind: 'degraded', cause: infoFault };
  if (verification?.verdict === 'no') return verdict('cannot-run', 'containers-fail', verification.message);
  return pace.slow === undefined ? { kind: 'running' } : verdict('running', 'slow', pace.slow);
}

function byPing(model: Model, ping: PingResult): Verdict {
  switch (ping.outcome) {
    case 'ok':
      if (model.mounted !== undefined) return verdict('foreign', 'socket-mounted', model.mounted);
      return whenAnswered(model);
    case 'absent':
    case 'refused':
    case 'denied':
    case 'timeout':
      return withoutDaemon(model, ping);
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
  if (helper?.state === 'stopping' || helper?.state === 'restarting')
    return whileWorking(helper.state, helper, model.at);
  const fresh = model.pingIsOld ? undefined : ping;
  if (helper?.state === 'starting' && fresh?.outcome !== 'ok') return whileWorking('starting', helper, model.at);
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
    const pace = paceAfter(model.pace, ping.ms);
    return { ...next, engineVersion, pace, answeredSinceHelper: true, everAnswered: true };
  }
  return isThere(ping) ? next : { ...next, ...ofNoEngine };
}

/** What is known of an engine goes with it. */
const ofNoEngine = {
  details: undefined,
  engineVersion: undefined,
  infoFault: undefined,
  pace: brisk,
  containerdDead: undefined,
  verification: undefined,
} as const satisfies Partial<Model>;

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

function afterHelper(model: Model, helper: HelperWord | undefined): Model {
  if (isDeepStrictEqual(helper, model.helper)) return model;
  // It has changed the daemon, or says that it has: what a ping said before that is of another daemon.
  const was = model.helper?.state;
  const changed = isEnding(model.helper) || !isWorking(helper);
  return {
    ...model,
    helper,
    // A run of the helper's may have replaced or mended the daemon: what was found out is of the one before.
    ...(isWorking(helper) && { verification: undefined, containerdDead: undefined }),
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
    case 'containerd':
      return isThere(now.ping) ? settle({ ...now, containerdDead: event.dead }) : now;
    case 'setup':
      return settle({ ...now, setup: event.setup });
    case 'foreign':
      return settle({ ...now, mounted: event.mounted ? event.evidence : undefined });
    case 'bad-endpoint':
      return settle({ ...now, badEndpoint: event.message });
    case 'stream-ended':
      // Says that something happened, not what: the monitor asks, and the ping's answer is the judgement.
      return now;
  }
}
