import type { Installed } from '../helper/installed';
import type { Cause, EngineState, StateKind } from '../engine/state';
import { rowOf } from '../engine/stateTable';
import { daemonPath } from '../host/programs';
import type { AccessJudgement } from './access';
import { steps, stepsNamed, type Action, type NextStep } from './nextStep';
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

/** What a state's words are made from. */
interface Subject {
  readonly state: EngineState;
  readonly code: Cause['code'] | undefined;
  readonly evidence: string;
  /** Where the engine is looked for. */
  readonly at: string;
  readonly context: DescribeContext;
}

/** Why, in one to three sentences, and where the evidence decides that too, what can be done. */
type Explanation = string | Pick<Description, 'explanation' | 'nextSteps'>;

/** The daemon's last words, explained when they are known ones and shown as they are otherwise. */
function startFailed(before: string, evidence: string): Explanation {
  if (evidence === '') return before;
  const { id, title, nextStep, step, line } = diagnoseStart(evidence);
  const known = id === 'not-recognised' ? '' : `${title}. ${nextStep}`;
  const said = id === 'not-recognised' ? sentence(line) : sentence(`The daemon said: ${line}`);
  const extra = 'action' in step ? [] : [step];
  return { explanation: join(before, known, said), nextSteps: [steps.restart, ...extra, steps.showLog] };
}

function failed({ code, evidence, at }: Subject): Explanation {
  switch (code) {
    case 'start-failed':
      return startFailed('', evidence);
    case 'crash-loop':
      return startFailed(
        'It keeps exiting or hanging, so it is no longer restarted automatically. Fix the cause, then start it.',
        evidence,
      );
    case 'stop-failed':
      return sentence(evidence);
    case 'unreachable':
      return `Nothing responds at ${at}: ${sentence(withoutCode(evidence))}`;
    default:
      return evidence.startsWith('the socket is gone')
        ? 'dockerd exited unexpectedly, and its socket is gone; nobody stopped it through the helper.'
        : `dockerd exited unexpectedly (nothing is listening on ${at}).`;
  }
}

function misconfigured({ code, evidence, at }: Subject): Explanation {
  switch (code) {
    case 'socket-is-directory':
      return `${at} is a directory, so no daemon can listen there; container runtimes make one where a socket to mount did not exist. Restarting Docker removes it when it is empty.`;
    case 'bad-endpoint':
      return sentence(evidence);
    default:
      return `What stands at ${at} is not a socket. Move it away, then start Docker.`;
  }
}

function degraded({ code, evidence }: Subject): Explanation {
  switch (code) {
    case 'info-timeout':
      return `The daemon answers pings, but not a question that needs containerd (${evidence}). Containers that run go on; new ones cannot be started.`;
    case 'info-failed':
      return sentence(evidence);
    default:
      return `The answer to a ping: ${sentence(evidence)}`;
  }
}

function unknown({ code, evidence, at }: Subject): Explanation {
  switch (code) {
    case undefined:
    case 'not-asked-yet':
      return `${at} is being asked.`;
    case 'unreachable':
      return `${at}: ${sentence(withoutCode(evidence))}`;
    default:
      return sentence(evidence);
  }
}

/** Where there is no command for it, where to read on. */
function notInstalled({ state, evidence }: Subject): string {
  const verb = evidence.includes(' and ') ? 'are' : 'is';
  const help = state.cause?.command === undefined ? 'See https://docs.docker.com/engine/install/ for how.' : '';
  return join(`${evidence} ${verb} not installed in ${daemonPath.join(', ')}, so no daemon can be started.`, help);
}

/** Nothing, while it goes its way: the step is shown beside it. */
function underWay({ state, code, evidence }: Subject): string {
  switch (code) {
    case 'takes-long':
      return `It has been ${state.kind} for ${evidence}, which is longer than that takes.`;
    case 'paused':
      return `A signal stopped the helper (${evidence}), so it does not go on until it is sent SIGCONT.`;
    default:
      return '';
  }
}

/** Why, for each state. The headline and what can be done are in the table of states. */
const explanations = {
  running: ({ state, code, evidence, at }) => {
    const version = state.details?.version ?? state.engineVersion;
    const engine = version === undefined ? 'The engine' : `Engine ${version}`;
    return code === 'slow'
      ? `${engine} responds at ${at}, but slowly (${evidence}): it, the machine or the way to it is overloaded.`
      : `${engine} answers at ${at}.`;
  },
  'not-installed': notInstalled,
  starting: underWay,
  stopping: underWay,
  restarting: underWay,
  stopped: ({ code, evidence, at }) => {
    if (code === 'not-set-up')
      return `Nothing is listening at ${at}, and the privileged helper that starts Docker is not installed.`;
    if (code !== 'stopped-by-user') return `There is no daemon at ${at}.`;
    return evidence === '' ? '' : `Stopped by ${evidence}.`;
  },
  degraded,
  'cannot-run': ({ code, evidence }) =>
    code === 'containerd-dead'
      ? `The engine responds, but its containerd has exited: nothing is listening at ${evidence}.`
      : `The engine responds, but a container could not be run: ${sentence(evidence)}`,
  hung: ({ code, evidence, at }) =>
    `dockerd accepts connections at ${at} but isn't responding${code === undefined ? '' : ` (${evidence})`}.`,
  denied: ({ at, context }) => context.access ?? `Permission denied on ${at}.`,
  misconfigured,
  failed,
  foreign: ({ at }) =>
    `${at} is mounted into this container from outside, so its daemon belongs to the host and is not started, stopped or restarted from here.`,
  unknown,
} satisfies Record<StateKind, (subject: Subject) => Explanation>;

/** Offers only what can be done: no daemon of others is touched, and without a helper it must be set up first. */
function feasible(nextSteps: readonly NextStep[], context: DescribeContext): NextStep[] {
  const isLifecycle = (step: NextStep): boolean => 'action' in step && lifecycle.includes(step.action);
  const offered = nextSteps.filter(
    (step) => context.managed !== false || (!isLifecycle(step) && step !== steps.setUpHelper),
  );
  const needed = offered.some(isLifecycle);
  if (needed && (context.helper === 'missing' || context.helper === 'untrusted')) {
    const rest = offered.filter((step) => !isLifecycle(step) && step !== steps.setUpHelper);
    return [steps.setUpHelper, ...rest];
  }
  return needed && context.helper === 'outdated' ? [...offered, steps.updateHelper] : offered;
}

/** Why the helper has to be set up before anything else. */
const setUpNotes: Readonly<Record<Installed['status'], string>> = {
  missing: 'The privileged helper, which starts Docker, is not installed.',
  untrusted: 'The installed helper can be changed by others than root and is not used until it is set up again.',
  outdated: '',
  current: '',
};

/** What a state means and what to do about it, in words. Pure. */
export function describe(state: EngineState, context: DescribeContext = {}): Description {
  const at = context.socketPath ?? context.endpoint ?? 'its endpoint';
  const { kind, cause } = state;
  const row = rowOf(state);
  const why = explanations[kind]({ state, code: cause?.code, evidence: cause?.evidence ?? '', at, context });
  const words =
    typeof why === 'string' ? { explanation: why, nextSteps: stepsNamed(row.nextSteps, at, cause?.command) } : why;
  const nextSteps = feasible(words.nextSteps, context);
  const setUp = nextSteps.includes(steps.setUpHelper) && cause?.code !== 'not-set-up';
  const note = setUp && context.helper !== undefined ? setUpNotes[context.helper] : '';
  return { headline: row.headline, explanation: join(words.explanation, note), nextSteps };
}
