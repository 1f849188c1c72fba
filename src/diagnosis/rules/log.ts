import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import { runningCauses, startCauses } from '../../host/logTable';
import { formatCount, shortened } from '../../util/format';
import { triedMessage } from '../factSelectors';
import type { Evidence } from '../finding';
import { errorsOf, refusedStart, startFailure } from '../logErrors';
import { groupedEvents, type LogEvent, type LogEventGroup } from '../logEvents';
import { fix, rule, seen, type Draft, type Rule } from '../rule';
import { messageOf } from '../startFailures/decisiveLine';
import { maxTitle, type StartFailure } from '../startFailures/diagnoseStart';

/** What a line may take of a report: no line that an engine is known to write is longer. */
const maxLine = 2000;

/** Different messages that are quoted; the newest come first. */
const maxGroups = 5;

/** Lines of one event that are shown beside the decisive one. */
const maxOthers = 3;

function logPath(facts: Facts): string {
  return valueOf(facts.daemonLog)?.path ?? 'daemon log';
}

function evidenceOf(facts: Facts, { line, others }: LogEvent): readonly Evidence[] {
  return [line, ...others.slice(0, maxOthers)].map((text) => seen(logPath(facts), shortened(text, maxLine)));
}

/** When daemon.json was changed after the daemon had failed over it: what was said of it is of a file that is no more. */
function changedSince({ title, nextStep, line }: StartFailure, facts: Facts): Evidence | undefined {
  const log = valueOf(facts.daemonLog);
  const config = valueOf(facts.daemonConfig);
  if (log === undefined || config?.fileChangedAt === undefined) return undefined;
  if (!/daemon\.json/u.test(`${title} ${nextStep} ${line}`)) return undefined;
  return Date.parse(config.fileChangedAt) > Date.parse(log.modifiedAt)
    ? seen(config.file.path, `changed at ${config.fileChangedAt}, after the start that failed`)
    : undefined;
}

function failedStart(failure: StartFailure, facts: Facts): Draft {
  const said = seen(logPath(facts), shortened(failure.line, maxLine));
  const cause = `dockerd: ${shortened(messageOf(failure.line), maxLine)}`;
  const down = { severity: 'error', cause, consequence: 'Docker is down.' } as const;
  const changed = changedSince(failure, facts);
  if (changed !== undefined) {
    return {
      ...down,
      title: `The last start of Docker failed, and ${changed.source} has changed since`,
      evidence: [said, changed],
      remedy: fix('Start Docker.', 'dind-station start', 'none', 'start-daemon'),
    };
  }
  return { ...down, title: failure.title, evidence: [said], remedy: fix(failure.nextStep, failure.command) };
}

/** The sentence that a client got, without the request that it answers. */
function sentenceOf(message: string): string {
  return message.replace(/^Handler for [A-Z]+ \S+ returned error: /u, '');
}

function quoted({ newest, count }: LogEventGroup): string {
  return `${newest.message}${count === 1 ? '' : ` (${String(count)} times)`}`;
}

const startIds = new Set<StartFailure['id']>([...startCauses.map(({ id }) => id), 'not-recognised']);

/** What the daemon itself says: why its last start failed, and what it answered to requests since. */
export const logRules: readonly Rule[] = [
  ...[...startIds].map((id) =>
    rule({
      id: `start.${id}`,
      needs: [],
      explains: ['socket.socket-absent', 'socket.socket-dead', 'daemon.dockerd-killed-leftovers'],
      judge: (_slices, facts) => {
        const failure = startFailure(facts);
        if (failure?.id === id) return failedStart(failure, facts);
        // One of them speaks for all when there is no log to read.
        const unread = id === 'not-recognised' && failure === undefined && 'unreadable' in facts.daemonLog;
        return unread ? { inconclusive: `daemonLog: ${facts.daemonLog.unreadable}` } : undefined;
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
      explains: ['daemon.containers-fail'],
      judge: (_slices, facts) => {
        const events = errorsOf(facts, id);
        if (events.length === 0) return undefined;
        const tried = triedMessage(facts);
        return {
          // What keeps every container from running is as grave as that, and explains it.
          severity: tried !== undefined && events.some(({ message }) => message.includes(tried)) ? 'error' : severity,
          title,
          cause: `The daemon's log says so ${events.length === 1 ? 'once' : `${String(events.length)} times`} since its last start.`,
          evidence: events.slice(-3).flatMap((event) => evidenceOf(facts, event)),
          consequence,
          remedy: fix(nextStep, command),
        };
      },
    }),
  ),
  rule({
    id: 'log.not-recognised',
    needs: ['daemonLog'],
    judge: (_slices, facts) => {
      const tried = triedMessage(facts);
      // The trial of containers tells its own failure.
      const events = errorsOf(facts, 'not-recognised').filter(
        ({ message }) => tried === undefined || !message.includes(tried),
      );
      const groups = groupedEvents(events);
      const [newest] = groups;
      if (newest === undefined) return undefined;
      const shown = groups.slice(0, maxGroups);
      const more = groups.length - shown.length;
      return {
        severity: 'warning',
        title: `Docker reported: ${shortened(sentenceOf(newest.newest.message), maxTitle)}`,
        cause: `dockerd, newest first: ${shown.map(quoted).join(' | ')}${more === 0 ? '' : ` | and ${formatCount(more, 'other message')} in the log`}`,
        evidence: shown.flatMap((group) => evidenceOf(facts, group.newest)),
        consequence: 'No rule knows this message, so what it affects is unknown.',
        remedy: fix('Read the log around it.', 'dind-station logs'),
      };
    },
  }),
];
