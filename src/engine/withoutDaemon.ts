import type { HelperWord } from '../helper/helperState';
import { verdict, type Model, type Verdict } from './model';
import type { PingResult, SocketPath, StateKind } from './state';

/** Something else than a socket stands at the path. */
function blocked(path: SocketPath): Verdict | undefined {
  return path === 'socket' || path === 'hidden' ? undefined : verdict('misconfigured', `socket-is-${path}`, path);
}

/** The helper is at work; a run that takes longer than its own timeouts allow, or that a signal stopped, is not on its way. */
export function whileWorking(kind: StateKind, word: HelperWord, now: number): Verdict {
  const { step } = word;
  if (word.stopped === true) {
    const pid = String(word.helperPid);
    return { ...verdict(kind, 'paused', `PID ${pid}`, `sudo kill -CONT ${pid}`), step };
  }
  const seconds = (now - Date.parse(word.since)) / 1000;
  if (seconds <= word.maxSeconds) return { kind, step };
  // Rounded, so that it does not change with each look.
  return { ...verdict(kind, 'takes-long', `${String(Math.floor(seconds / 10) * 10)} s`), step };
}

function failure(word: HelperWord): Verdict {
  // A supervisor gave up: it was no single start that failed.
  if (word.code === 'crash-loop') return verdict('failed', 'crash-loop', word.cause);
  const code = word.verb === 'stop' || word.code === 'not-stopped' ? 'stop-failed' : 'start-failed';
  return verdict('failed', code, word.cause === '' ? word.message : word.cause);
}

/**
 * How the last run of the helper left the daemon, where it left none behind; undefined where nothing is known of it, or an
 * answered ping made it history. `absent`: there is no socket, so that a stop has succeeded after all.
 */
function lastKnown({ helper, answeredSinceHelper, setup }: Model, absent: boolean): Verdict | undefined {
  if (helper === undefined) return undefined;
  if (helper.daemonGone === true) return verdict('failed', 'crashed', `PID ${String(helper.pid)} has exited`);
  if (answeredSinceHelper) return undefined;
  // A stop that took longer than the helper waited and a start that was called off ended as somebody wanted.
  const wanted = helper.state === 'stopped' || helper.code === 'cancelled' || (absent && helper.verb === 'stop');
  if (wanted) return verdict('stopped', 'stopped-by-user', helper.by);
  // What was missing has been installed since.
  const cured = helper.code === 'no-engine' && setup?.missing.length === 0;
  return helper.state === 'failed' && !cured ? failure(helper) : undefined;
}

/** No socket. dockerd takes its socket away when it ends in order, so somebody meant it, unless the helper says it runs. */
function whenAbsent(model: Model): Verdict {
  if (model.helper?.state === 'running') {
    return verdict('failed', 'crashed', `the socket is gone, PID ${String(model.helper.pid)} had been running`);
  }
  const none: Verdict = model.everAnswered ? { kind: 'stopped' } : verdict('stopped', 'never-started', 'ENOENT');
  return lastKnown(model, true) ?? none;
}

/** `since` in the helper's file is a whole second. */
const secondMs = 1000;

/**
 * A socket at which nobody listens, that is closed to us, or whose connections nobody accepts says nothing of who made it: one
 * that a failed start left behind looks like a living daemon's. What is known of the last start counts, unless the socket is
 * younger than it.
 */
function behindSocket(model: Model, madeAt: number | undefined, otherwise: Verdict): Verdict {
  const { helper } = model;
  const younger = madeAt !== undefined && helper !== undefined && madeAt > Date.parse(helper.since) + secondMs;
  return (younger ? undefined : lastKnown(model, false)) ?? otherwise;
}

/** Nothing answers, and no start can help: what it would start is not installed. */
function notInstalled({ setup }: Model): Verdict | undefined {
  if (setup === undefined || setup.missing.length === 0) return undefined;
  return verdict('not-installed', 'program-missing', setup.missing.join(' and '), setup.install);
}

/** Nothing failed, and nothing can be started from here before the helper is set up. */
function startable(found: Verdict, { setup }: Model): Verdict {
  return setup?.helper === false && found.kind === 'stopped' ? verdict('stopped', 'not-set-up', '') : found;
}

/** A socket that may be a daemon's, and does not answer. */
type Unanswered = Extract<PingResult, { readonly outcome: 'absent' | 'refused' | 'denied' | 'timeout' }>;

/** What each errno means by itself. */
const alone = {
  refused: verdict('failed', 'crashed', 'ECONNREFUSED'),
  denied: verdict('denied', 'no-permission', 'EACCES'),
  timeout: verdict('hung', 'ping-timeout', 'GET /_ping: connected, no answer'),
} as const;

/** What a ping means that no daemon answered. */
export function withoutDaemon(all: Model, ping: Unanswered): Verdict {
  // What is mounted over our socket from outside is nobody's here.
  const model = all.mounted === undefined ? all : { ...all, helper: undefined, setup: undefined };
  const impossible = ping.outcome === 'absent' || ping.outcome === 'refused' ? notInstalled(model) : undefined;
  if (impossible !== undefined) return impossible;
  if (ping.outcome === 'absent') return startable(whenAbsent(model), model);
  const other = ping.outcome === 'timeout' ? undefined : blocked(ping.path);
  return other ?? startable(behindSocket(model, ping.madeAt, alone[ping.outcome]), model);
}
