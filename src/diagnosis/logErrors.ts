import type { RunningCauseId } from '../host/causeIds';
import { valueOf } from '../host/facts/fact';
import type { Facts } from '../host/facts/facts';
import { lineKind, runningCauses } from '../host/logTable';
import { answers, daemonRuns, livingDaemons, startedBefore } from './factSelectors';
import { logEvents, timeOf, type LogEvent } from './logEvents';
import { lastDecisiveLine } from './startFailures/decisiveLine';
import { diagnoseStart, type StartFailure } from './startFailures/diagnoseStart';
import type { HelperFacts } from '../host/facts/helper';

type HelperState = NonNullable<HelperFacts['state']>;

/** Results of a start in which dockerd was launched, or an init system asked: its own log tells of that start. */
const launched: ReadonlySet<string> = new Set([
  ...['daemon-exited', 'not-ready', 'not-stopped', 'init-failed', 'crash-loop', 'cancelled', 'internal'],
]);

/** Of these, the ones that are the failure of a start and of nothing else. */
const startFailed: ReadonlySet<string> = new Set(['daemon-exited', 'not-ready', 'init-failed']);

/** The last start as the helper noted it, when it failed and nothing runs since. */
function failedStart(facts: Facts): HelperState | undefined {
  const state = valueOf(facts.helper)?.state;
  const failed = state?.state === 'failed' && /^(?:start|restart|supervise)$/u.test(state.verb);
  return failed && !daemonRuns(facts) && !answers(facts) ? state : undefined;
}

/** The last start, when the helper refused it before dockerd was launched: the log is older and tells of another. */
export function refusedStart(facts: Facts): HelperState | undefined {
  const state = failedStart(facts);
  return state === undefined || launched.has(state.code) ? undefined : state;
}

/** What the helper noted of a start that failed: for a log that is closed to this user, or was emptied since. */
function notedByHelper(facts: Facts): string | undefined {
  const state = failedStart(facts);
  if (state === undefined || !startFailed.has(state.code)) return undefined;
  const log = valueOf(facts.daemonLog);
  // A daemon that came to listen did so in a later start.
  if (log?.lastStart.some((line) => lineKind.listen.test(line)) === true) return undefined;
  return lastDecisiveLine([state.cause]) ?? state.message;
}

/** Why the last start failed, by the last decisive line of that attempt; undefined where the engine is up, or none failed. */
export function startFailure(facts: Facts): StartFailure | undefined {
  if (daemonRuns(facts) || answers(facts) || refusedStart(facts) !== undefined) return undefined;
  const log = valueOf(facts.daemonLog);
  const line =
    (log === undefined ? undefined : lastDecisiveLine(log.lastStart, startedBefore(facts))) ?? notedByHelper(facts);
  return line === undefined ? undefined : diagnoseStart(line);
}

/** The lines that are of this daemon: a log whose beginning is not known may hold those of one before. */
function ofThisDaemon(facts: Facts): readonly string[] {
  const log = valueOf(facts.daemonLog);
  if (log === undefined) return [];
  const processes = valueOf(facts.processes);
  const daemons = processes === undefined ? [] : livingDaemons(processes);
  // A start time is right to 10 ms. Of several daemons the oldest counts: too much is shown rather than too little.
  const since = Math.min(...daemons.map(({ startedAt }) => Date.parse(startedAt) - 1000));
  if (log.startFound || !Number.isFinite(since)) return log.errors;
  return log.errors.filter((line) => (timeOf(line) ?? since) >= since);
}

/** Which cause of the table an event has; `request`: what a client asked for and cannot have, which is no fault. */
function kindOf({ message, others }: LogEvent): RunningCauseId | 'not-recognised' | 'request' {
  const known = runningCauses.find(({ pattern }) => [message, ...others].some((text) => pattern.test(text)));
  if (known !== undefined) return known.id;
  return lineKind.request.test(message) ? 'request' : 'not-recognised';
}

type Kinds = ReadonlyMap<ReturnType<typeof kindOf>, readonly LogEvent[]>;

/** Each rule of the log asks the same of the same facts. */
const judged = new WeakMap<Facts, Kinds>();

function kindsOf(facts: Facts): Kinds {
  const known = judged.get(facts);
  if (known !== undefined) return known;
  const events = startFailure(facts) === undefined ? logEvents(ofThisDaemon(facts)) : [];
  const kinds = new Map<ReturnType<typeof kindOf>, readonly LogEvent[]>();
  for (const event of events) {
    const kind = kindOf(event);
    kinds.set(kind, [...(kinds.get(kind) ?? []), event]);
  }
  judged.set(facts, kinds);
  return kinds;
}

/**
 * What went wrong in a daemon since its start, by its log, of one kind, oldest first. A daemon that is down because its last
 * start failed is judged by that start instead.
 */
export function errorsOf(facts: Facts, kind: RunningCauseId | 'not-recognised'): readonly LogEvent[] {
  return kindsOf(facts).get(kind) ?? [];
}
