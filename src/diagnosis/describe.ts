import type { Installed } from '../helper/installed';
import type { Cause, EngineState } from '../engine/state';
import type { AccessJudgement } from './access';
import { steps, type Action, type NextStep } from './nextStep';
import { diagnoseStart } from './startFailures/diagnoseStart';

export type { Action, NextStep } from './nextStep';

/** What the words depend on besides the state. Everything is optional: what is not known is not spoken of. */
export interface DescribeContext {
  /** The endpoint as it would be written in DOCKER_HOST. */
  readonly endpoint?: string;
  /** The path of the socket, for an endpoint that is one. */
  readonly socketPath?: string;
  /** False when the helper does not look after this endpoint (tcp, another socket): nothing is started from here. */
  readonly managed?: boolean;
  /** The installed helper against the bundled one, see `checkInstalled`. */
  readonly helper?: Installed['status'];
  /** Why the socket refuses this process, see `judgeAccess`. */
  readonly access?: AccessJudgement;
}

/** A state in words. */
export interface Description {
  /** A few words without a full stop: "Docker is running". */
  readonly headline: string;
  /** Why, in one to three sentences; may be empty. */
  readonly explanation: string;
  /** What a person can do, most useful first. */
  readonly nextSteps: readonly NextStep[];
}

const lifecycle: readonly Action[] = ['start', 'restart', 'stop'];

function description(headline: string, explanation: string, ...nextSteps: readonly NextStep[]): Description {
  return { headline, explanation, nextSteps };
}

/** Evidence as a sentence of its own. */
function sentence(evidence: string): string {
  const text = evidence.trim();
  if (text === '') return '';
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/** `ECONNREFUSED: connect refused` → `connect refused`: the code in front is for branching, not for reading. */
function withoutCode(evidence: string): string {
  return evidence.replace(/^[A-Z_]+: /, '');
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** The daemon's last words, explained when they are known ones and shown as they are otherwise. */
function startFailed(headline: string, before: string, evidence: string): Description {
  if (evidence === '') return description(headline, before, steps.restart, steps.showLog);
  const { id, title, nextStep, step, line } = diagnoseStart(evidence);
  const known = id === 'not-recognised' ? '' : `${title}. ${nextStep}`;
  const said = id === 'not-recognised' ? sentence(line) : sentence(`The daemon said: ${line}`);
  const extra = 'action' in step ? [] : [step];
  return description(headline, join(before, known, said), steps.restart, ...extra, steps.showLog);
}

function failed(cause: Cause | undefined, at: string): Description {
  const evidence = cause?.evidence ?? '';
  switch (cause?.code) {
    case 'start-failed':
      return startFailed('Docker failed to start', '', evidence);
    case 'crash-loop':
      return startFailed(
        'Docker keeps failing',
        'It ended or hung again and again, so its supervisor no longer starts it. Mend the cause, then start it.',
        evidence,
      );
    case 'stop-failed':
      return description('Docker did not stop', sentence(evidence), steps.restart, steps.showLog);
    case 'unreachable':
      return description(
        'Docker cannot be reached',
        `Nobody answers at ${at}: ${sentence(withoutCode(evidence))}`,
        steps.refresh,
      );
    default:
      return description(
        'Docker crashed',
        evidence.startsWith('the socket is gone')
          ? 'The daemon is gone, and so is its socket, though nobody stopped it through the helper.'
          : `The daemon is gone; its socket is still at ${at}, but nobody answers there.`,
        steps.restart,
        steps.showLog,
      );
  }
}

function misconfigured(cause: Cause | undefined, at: string): Description {
  const moveAway: NextStep = { label: 'Move it away', command: `sudo mv ${at} ${at}.moved` };
  switch (cause?.code) {
    case 'socket-is-directory':
      return description(
        'A directory is in the place of the Docker socket',
        `${at} is a directory, so no daemon can listen there; container runtimes make one where a socket to mount did not exist. Restarting Docker removes it when it is empty.`,
        steps.restart,
        moveAway,
      );
    case 'bad-endpoint':
      return description('The Docker endpoint cannot be used', sentence(cause.evidence));
    default:
      return description(
        cause?.code === 'socket-is-file'
          ? 'A file is in the place of the Docker socket'
          : 'Something else is in the place of the Docker socket',
        `What stands at ${at} is not a socket. Move it away, then start Docker.`,
        moveAway,
        steps.start,
      );
  }
}

function degraded(cause: Cause | undefined): Description {
  const evidence = sentence(cause?.evidence ?? '');
  switch (cause?.code) {
    case 'info-timeout':
      return description(
        'Docker answers, but cannot run containers',
        `The daemon answers pings, but not a question that needs containerd (${cause.evidence}). Containers that run go on; new ones cannot be started.`,
        steps.restart,
        steps.showLog,
      );
    case 'info-failed':
      return description('Docker answers, but cannot describe itself', evidence, steps.restart, steps.showLog);
    default:
      return description(
        'Docker answers with an error',
        `The answer to a ping: ${evidence}`,
        steps.restart,
        steps.showLog,
      );
  }
}

function stopped(cause: Cause | undefined, at: string): Description {
  switch (cause?.code) {
    case 'stopped-by-user':
      return description(
        'Docker is stopped',
        cause.evidence === '' ? '' : `Stopped by ${cause.evidence}.`,
        steps.start,
      );
    default:
      return description('Docker is not running', `There is no daemon at ${at}.`, steps.start);
  }
}

function unknown(cause: Cause | undefined, at: string): Description {
  if (cause === undefined) return description('Looking for Docker', `${at} is being asked.`);
  switch (cause.code) {
    case 'not-asked-yet':
      return description('Looking for Docker', `${at} is being asked.`);
    case 'unreachable':
      return description('Docker cannot be reached', `${at}: ${sentence(withoutCode(cause.evidence))}`, steps.refresh);
    default:
      return description('The state of Docker is not known', sentence(cause.evidence), steps.refresh);
  }
}

function plain(state: EngineState, at: string, context: DescribeContext): Description {
  const { cause } = state;
  switch (state.kind) {
    case 'running': {
      const version = state.details?.version ?? state.engineVersion;
      const engine = version === undefined ? 'The engine' : `Engine ${version}`;
      return description('Docker is running', `${engine} answers at ${at}.`, steps.restart, steps.stop);
    }
    case 'starting':
      return description('Docker is starting', '');
    case 'stopping':
      return description('Docker is stopping', '');
    case 'restarting':
      return description('Docker is restarting', '');
    case 'stopped':
      return stopped(cause, at);
    case 'degraded':
      return degraded(cause);
    case 'hung':
      return description(
        'Docker does not answer',
        `The daemon takes connections at ${at}, but does not answer${cause === undefined ? '' : ` (${cause.evidence})`}.`,
        steps.restart,
        steps.showLog,
      );
    case 'denied':
      return context.access === undefined
        ? description(
            'No permission for the Docker socket',
            `This process may not use ${at}.`,
            steps.restart,
            steps.refresh,
          )
        : description('No permission for the Docker socket', context.access.explanation, ...context.access.nextSteps);
    case 'misconfigured':
      return misconfigured(cause, at);
    case 'failed':
      return failed(cause, at);
    case 'foreign':
      return description(
        "This is another machine's Docker",
        `${at} is mounted into this container from outside, so its daemon belongs to the host and is not started, stopped or restarted from here.`,
      );
    case 'unknown':
      return unknown(cause, at);
  }
}

/** Offers only what can be done: no daemon of others is touched, and without a helper it must be set up first. */
function feasible(nextSteps: readonly NextStep[], context: DescribeContext): NextStep[] {
  const isLifecycle = (step: NextStep): boolean => 'action' in step && lifecycle.includes(step.action);
  const offered = nextSteps.filter((step) => context.managed !== false || !isLifecycle(step));
  const needed = offered.some(isLifecycle);
  if (needed && (context.helper === 'missing' || context.helper === 'untrusted')) {
    const rest = offered.filter((step) => !isLifecycle(step) && step !== steps.setUpHelper);
    return [steps.setUpHelper, ...rest];
  }
  return needed && context.helper === 'outdated' ? [...offered, steps.updateHelper] : offered;
}

/** What a state means and what to do about it, in words. Pure. */
export function describe(state: EngineState, context: DescribeContext = {}): Description {
  const at = context.socketPath ?? context.endpoint ?? 'its endpoint';
  const words = plain(state, at, context);
  const nextSteps = feasible(words.nextSteps, context);
  const distrust =
    context.helper === 'untrusted' && nextSteps.includes(steps.setUpHelper)
      ? 'The installed helper can be changed by others than root and is not used until it is set up again.'
      : '';
  return { ...words, explanation: join(words.explanation, distrust), nextSteps };
}
