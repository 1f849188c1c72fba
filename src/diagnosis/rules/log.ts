import { valueOf } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import { runningCauses, startCauses } from '../../host/logTable';
import { formatCount, shortened } from '../../util/format';
import { triedMessage } from '../factSelectors';
import type { Evidence } from '../finding';
import { errorsOf, refusedStart, startFailure } from '../logErrors';
import { groupedEvents, type LogEvent, type LogEventGroup } from '../logEvents';
import { fix, rule, seen, type Draft, type Rule } from '../rule';
import { databaseOfStart } from './dataRoot';
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

/**
 * When daemon.json was changed after a start had failed over it: what was said of it is of a file that is no more.
 *
 * @param at milliseconds since the epoch, when that start failed at the latest
 */
function changedSince(said: string, at: number, facts: Facts): Evidence | undefined {
  const config = valueOf(facts.daemonConfig);
  if (config?.fileChangedAt === undefined || !/daemon\.json/u.test(said)) return undefined;
  return Date.parse(config.fileChangedAt) > at
    ? seen(config.file.path, `changed at ${config.fileChangedAt}, after the start that failed`)
    : undefined;
}

/** When the file over which a start failed is not there any more: dockerd makes it anew. */
function movedSince({ id, line }: StartFailure, facts: Facts): Evidence | undefined {
  const file = (databaseOfStart as Readonly<Partial<Record<StartFailure['id'], string>>>)[id];
  const root = valueOf(facts.root);
  if (file === undefined || root === undefined || root.databases.some(({ path }) => path.endsWith(file))) {
    return undefined;
  }
  // Of the build cache only one file is in the facts.
  const named = /[\w/.-]+\.db\b/u.exec(line)?.[0];
  if (named?.endsWith(file) === false) return undefined;
  return seen('the data root', `no ${file} in it, after the start that failed`);
}

/** What is left to do after such a change. */
const startAgain = fix('Start Docker.', 'dind-station start', 'none', 'start-daemon');

function failedStart(failure: StartFailure, facts: Facts): Draft {
  const said = seen(logPath(facts), shortened(failure.line, maxLine));
  const cause = `dockerd: "${shortened(messageOf(failure.line), maxLine)}".`;
  const down = { severity: 'error', cause, consequence: 'Docker is down.' } as const;
  const { title, nextStep, line } = failure;
  const failedAt = Date.parse(valueOf(facts.daemonLog)?.modifiedAt ?? '');
  const changed = changedSince(`${title} ${nextStep} ${line}`, failedAt, facts) ?? movedSince(failure, facts);
  if (changed !== undefined) {
    return {
      ...down,
      title: `The last start of Docker failed, and ${changed.source} has changed since`,
      evidence: [said, changed],
      remedy: startAgain,
    };
  }
  return { ...down, title, evidence: [said], remedy: fix(nextStep, failure.command) };
}

/** The sentence that a client got, without the request that it answers. */
function sentenceOf(message: string): string {
  return message.replace(/^Handler for [A-Z]+ \S+ returned error: /u, '');
}

function quoted({ newest, count }: LogEventGroup): string {
  return `"${newest.message}"${count === 1 ? '' : ` (${String(count)} times)`}`;
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
      // The helper notes whole seconds.
      const changed = changedSince(state.message, Date.parse(state.since) + 999, facts);
      const said = seen(`dind-helper ${state.verb}, ${state.since}`, `${state.code}: ${state.message}`);
      const title = 'The last start of Docker was refused';
      return {
        severity: 'error',
        title: changed === undefined ? title : `${title}, and ${changed.source} has changed since`,
        cause: state.message,
        evidence: changed === undefined ? [said] : [said, changed],
        consequence: 'Docker is down.',
        remedy:
          changed === undefined ? fix('Change what is named, then start Docker.', startAgain.command) : startAgain,
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
        cause: `dockerd: ${shown.map(quoted).join(', before that ')}${more === 0 ? '' : `, and ${formatCount(more, 'other message')} in the log`}.`,
        evidence: shown.flatMap((group) => evidenceOf(facts, group.newest)),
        consequence: 'No rule knows this message, so what it affects is unknown.',
        remedy: fix('Read the log around it.', 'dind-station logs'),
      };
    },
  }),
];
