import type { HelperWord } from '../helper/helperState';
import { verdict, type Model, type Verdict } from './model';
import type { PingResult, SocketPath, StateKind } from './state';

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

/** Time that passed, so rounded that it does not change with each look. */
function roundedTime(ms: number): string {
  const halfMinutes = Math.floor(ms / 30_000);
  return halfMinutes < 4 ? `${String(halfMinutes * 30)} s` : `${String(halfMinutes / 2)} min`;
}

/** The helper is at work; a run that takes longer than its own timeouts allow, or that a signal stopped, is not on its way. */
export function whileWorking(kind: StateKind, word: HelperWord, now: number): Verdict {
  const base = { kind, step: word.step };
  if (word.stopped === true) {
    const pid = String(word.helperPid);
    return { ...base, ...verdict(kind, 'paused', `PID ${pid}`, `sudo kill -CONT ${pid}`) };
  }
  const ms = now - Date.parse(word.since);
  return ms > word.maxSeconds * 1000 ? { ...base, ...verdict(kind, 'takes-long', roundedTime(ms)) } : base;
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
function lastKnown({ helper, answeredSinceHelper, setup, mounted }: Model, absent: boolean): Verdict | undefined {
  if (helper === undefined || mounted !== undefined) return undefined;
  if (helper.daemonGone === true)
    return verdict(
      'failed',
      'crashed',
      `the daemon that the helper left running, PID ${String(helper.pid)}, has exited`,
    );
  if (answeredSinceHelper) return undefined;
  // A stop that took longer than the helper waited and a start that was called off ended as somebody wanted.
  const wanted = helper.state === 'stopped' || helper.code === 'cancelled' || (absent && helper.verb === 'stop');
  if (wanted) return verdict('stopped', 'stopped-by-user', helper.by);
  // What was missing has been installed since.
  if (helper.code === 'no-engine' && setup?.missing.length === 0) return undefined;
  return helper.state === 'failed' ? failure(helper) : undefined;
}

/** No socket. dockerd takes its socket away when it ends in order, so somebody meant it, unless the helper says it runs. */
function whenAbsent(model: Model): Verdict {
  if (model.helper?.state === 'running') {
    const evidence = `the socket is gone, the helper had left the daemon running as process ${model.helper.pid}`;
    return verdict('failed', 'crashed', evidence);
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
function notInstalled({ setup, mounted }: Model): Verdict | undefined {
  if (setup === undefined || setup.missing.length === 0 || mounted !== undefined) return undefined;
  const code = setup.missing.includes('dockerd') ? 'engine-missing' : 'containerd-missing';
  return verdict('not-installed', code, setup.missing.join(' and '), setup.install);
}

/** Nothing failed, and nothing can be started from here before the helper is set up. */
function startable(found: Verdict, { setup, mounted }: Model): Verdict {
  const unset = setup?.helper === false && mounted === undefined;
  return unset && found.kind === 'stopped' ? verdict('stopped', 'not-set-up', '') : found;
}

/** A socket that may be a daemon's, and does not answer. */
type Unanswered = Extract<PingResult, { readonly outcome: 'absent' | 'refused' | 'denied' | 'timeout' }>;

/** What a ping means that no daemon answered. */
export function withoutDaemon(model: Model, ping: Unanswered): Verdict {
  switch (ping.outcome) {
    case 'absent':
      return notInstalled(model) ?? startable(whenAbsent(model), model);
    case 'refused': {
      const crashed = verdict('failed', 'crashed', 'ECONNREFUSED');
      const found = blocked(ping.path) ?? behindSocket(model, ping.madeAt, crashed);
      return notInstalled(model) ?? startable(found, model);
    }
    case 'denied': {
      const denied = verdict('denied', 'no-permission', 'EACCES');
      return blocked(ping.path) ?? startable(behindSocket(model, ping.madeAt, denied), model);
    }
    case 'timeout': {
      const hung = verdict('hung', 'ping-timeout', 'GET /_ping: connected, no answer');
      return startable(behindSocket(model, ping.madeAt, hung), model);
    }
  }
}
