import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import type { HelperFacts } from '../../host/facts/helper';
import { runningCauses, startCauses } from '../../host/logTable';
import { lastDecisiveLine } from '../startFailures/decisiveLine';
import { diagnoseStart, type StartFailure } from '../startFailures/diagnoseStart';
import { answers, daemonRuns, startedBefore } from '../factSelectors';
import type { RunningCauseId } from '../../host/causeIds';
import { rule, seen, type Rule, fix } from '../rule';

type HelperState = NonNullable<HelperFacts['state']>;

/** What a line may take of a report. */
const most = 500;

function shortened(line: string): string {
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

function logPath(facts: Facts): string {
  return valueOf(facts.daemonLog)?.path ?? 'daemon log';
}

/** Results of a start in which dockerd was launched, or an init system asked: its own log tells of that start. */
const launched: ReadonlySet<string> = new Set([
  ...['daemon-exited', 'not-ready', 'not-stopped', 'init-failed', 'crash-loop', 'cancelled', 'internal'],
]);

/** The last start, when the helper refused it before dockerd was launched: the log is older and tells of another. */
function refusedStart(facts: Facts): HelperState | undefined {
  const state = valueOf(facts.helper)?.state;
  const refused = state?.state === 'failed' && /^(?:start|restart|supervise)$/u.test(state.verb);
  return refused && !launched.has(state.code) && !daemonRuns(facts) && !answers(facts) ? state : undefined;
}

/** The log tells of this attempt and the engine is down: why it ended, by its last decisive line. */
function startFailure(facts: Facts): StartFailure | undefined {
  const log = valueOf(facts.daemonLog);
  if (log === undefined || daemonRuns(facts) || answers(facts) || refusedStart(facts) !== undefined) return undefined;
  const line = lastDecisiveLine(log.lastStart, startedBefore(facts));
  return line === undefined ? undefined : diagnoseStart(line);
}

/** Which of `runningCauses` a line belongs to, else `not-recognised`; undefined for what a healthy daemon writes, too. */
function kindOf(line: string): RunningCauseId | 'not-recognised' | undefined {
  // A benign line has no decisive message; one with it is judged by what it says.
  const message = lastDecisiveLine([line.slice(0, 4000)]);
  if (message === undefined) return undefined;
  return runningCauses.find(({ pattern }) => pattern.test(message))?.id ?? 'not-recognised';
}

/** Errors of a daemon that answers, by kind. A daemon that is down is judged by its last start instead. */
function errorsOf(facts: Facts, id: ReturnType<typeof kindOf>): readonly string[] {
  const log = valueOf(facts.daemonLog);
  if (log === undefined || startFailure(facts) !== undefined) return [];
  return log.errors.filter((line) => kindOf(line) === id);
}

const startIds = new Set<StartFailure['id']>([...startCauses.map(({ id }) => id), 'not-recognised']);

/** What the daemon itself says: why its last start failed, and what it answered to requests since. */
export const logRules: readonly Rule[] = [
  ...[...startIds].map((id) =>
    rule({
      id: `start.${id}`,
      // One of them speaks for all when there is no log to read.
      needs: id === 'not-recognised' ? ['daemonLog'] : [],
      explains: ['socket.socket-absent', 'socket.socket-dead', 'daemon.dockerd-killed-leftovers'],
      judge: (_slices, facts) => {
        const failure = startFailure(facts);
        if (failure?.id !== id) return undefined;
        const known = id !== 'not-recognised';
        return {
          severity: 'error',
          title: known ? failure.title : 'The daemon did not start, with a message that is not recognised',
          cause: known ? 'The daemon gave up when it was started last.' : `The daemon said: ${shortened(failure.line)}`,
          evidence: [seen(logPath(facts), shortened(failure.line))],
          consequence: 'Docker is down.',
          remedy: fix(failure.nextStep, failure.command),
        };
      },
    }),
  ),
  rule({
    id: 'start.refused',
    needs: [],
    explains: ['socket.socket-absent', 'socket.socket-dead', 'daemon.dockerd-killed-leftovers'],
    judge: (_slices, facts) => {
      const state = refusedStart(facts);
      if (state === undefined) return undefined;
      return {
        severity: 'error',
        title: 'The last start of Docker was refused',
        cause: state.message,
        evidence: [seen(`dind-helper ${state.verb}, ${state.since}`, `${state.code}: ${state.message}`)],
        consequence: 'Docker is down.',
        remedy: fix('Change what is named, then start Docker.', 'dind-station start'),
      };
    },
  }),
  ...runningCauses.map(({ id, severity, title, consequence, nextStep, command }) =>
    rule({
      id: `log.${id}`,
      needs: [],
      judge: (_slices, facts) => {
        const lines = errorsOf(facts, id);
        if (lines.length === 0) return undefined;
        return {
          severity,
          title,
          cause: `The daemon's log says so ${lines.length === 1 ? 'once' : `${String(lines.length)} times`} since its last start.`,
          evidence: lines.slice(-3).map((line) => seen(logPath(facts), shortened(line))),
          consequence,
          remedy: fix(nextStep, command),
        };
      },
    }),
  ),
  rule({
    id: 'log.not-recognised',
    needs: ['daemonLog'],
    judge: ({ daemonLog }, facts) => {
      const lines = errorsOf(facts, 'not-recognised');
      if (lines.length === 0) return undefined;
      return {
        severity: 'info',
        title: `The daemon's log has ${lines.length === 1 ? 'an error that is' : `${String(lines.length)} errors that are`} not recognised`,
        cause: 'They are shown as they are.',
        evidence: lines.slice(-5).map((line) => seen(daemonLog.path, shortened(line))),
        consequence: 'It is not known what they mean.',
        remedy: fix('Read the log.', 'dind-station logs'),
      };
    },
  }),
];
