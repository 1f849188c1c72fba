import type { Cause, EngineState, StateKind } from './state';

/**
 * The next steps by name. `moveAway` is about what stands in the place of the socket; `install` and `resume` are the command
 * that the cause has, and no step where it has none.
 */
export type StepName =
  'start' | 'restart' | 'stop' | 'showLog' | 'refresh' | 'setUpHelper' | 'moveAway' | 'install' | 'resume';

/** What a person sees of a state, as far as only its kind and the code of its cause decide. */
interface Look {
  /** In the status bar: a codicon, with `~spin` while something happens, and the text beside it. */
  readonly icon: string;
  readonly text: string;
  /** A few words without a full stop. */
  readonly headline: string;
  /** What can be done, most useful first. */
  readonly nextSteps: readonly StepName[];
  /** Whether the headline says all, so that nothing has to be loaded to explain it. */
  readonly plain: boolean;
  /** The colour of the status bar and of the terminal, whether somebody is interrupted, and the banner of the page. */
  readonly severity: 'ok' | 'info' | 'warning' | 'error';
}

interface StateRow extends Look {
  /** What differs for some causes. A state without a cause counts as one that was not asked for yet. */
  readonly byCause?: Readonly<Partial<Record<Cause['code'], Partial<Look>>>>;
  /** What `dind-station status` ends with: `fine` for an engine in which containers can be started now. */
  readonly exit: 'fine' | 'notFine' | 'unclear';
  /** Whose daemon answers; `host` for one outside of this container, which is not started or stopped from here. */
  readonly daemon: 'ours' | 'host' | 'none';
  /**
   * Whether starting and stopping make sense. A state that cannot be seen (`denied`, `unknown`) offers both: hiding a
   * command because we could not look would take the remedy away. Restarting is always offered.
   */
  readonly canStart: boolean;
  readonly canStop: boolean;
}

/** On its way: a person waits, and nothing is wrong. */
const underWay = {
  icon: 'sync~spin',
  nextSteps: [],
  plain: true,
  severity: 'ok',
  exit: 'notFine',
  daemon: 'none',
  canStart: false,
  canStop: false,
} as const satisfies Partial<StateRow>;
/** On its way no more: it takes longer than it can, or a signal stopped the helper, behind which a stop would wait as well. */
const stuck = (doing: string): Readonly<Partial<Record<Cause['code'], Partial<Look>>>> => {
  const text = `still ${doing}`;
  const headline = `Docker is ${text}`;
  const look = { icon: 'warning', text: `Docker: ${text}`, headline, plain: false, severity: 'warning' } as const;
  return {
    'takes-long': { ...look, nextSteps: doing === 'starting' ? ['stop', 'showLog'] : ['showLog', 'refresh'] },
    paused: { ...look, nextSteps: ['resume', 'showLog'] },
  };
};
/** Nothing runs, and nothing failed. */
const idle = {
  ...{ icon: 'circle-slash', plain: false, severity: 'info', exit: 'notFine', daemon: 'none', canStop: false },
} as const satisfies Partial<StateRow>;
/** A daemon of this machine answers. */
const up = { daemon: 'ours', canStart: false, canStop: true } as const satisfies Partial<StateRow>;
/** Docker cannot be used, and somebody has to do something. */
const trouble = {
  icon: 'error',
  nextSteps: ['restart', 'showLog'],
  plain: false,
  severity: 'error',
  exit: 'notFine',
  daemon: 'none',
} as const satisfies Partial<StateRow>;

/** One row per state: everything that is decided by a state is decided here, and a row that is missing is an error of types. */
const rows = {
  unknown: {
    ...{
      icon: 'question',
      text: 'Docker: unknown',
      headline: 'The state of Docker is not known',
      nextSteps: ['refresh'],
    },
    ...{ plain: false, severity: 'info', exit: 'unclear', daemon: 'none', canStart: true, canStop: true },
    byCause: {
      'not-asked-yet': {
        ...{ icon: 'loading~spin', text: 'Docker', headline: 'Looking for Docker', nextSteps: [], plain: true },
      },
      unreachable: { headline: 'Docker cannot be reached' },
    },
  },
  'not-installed': {
    ...idle,
    ...{ text: 'Docker: not installed', headline: 'Docker is not installed', nextSteps: ['install', 'refresh'] },
    canStart: false,
  },
  stopped: {
    ...idle,
    ...{ text: 'Docker: stopped', headline: 'Docker is not running', nextSteps: ['start'], canStart: true },
    byCause: {
      'stopped-by-user': { headline: 'Docker is stopped' },
      'not-set-up': { text: 'Docker: not set up', headline: 'Docker is not set up', nextSteps: ['setUpHelper'] },
    },
  },
  starting: {
    ...underWay,
    ...{ text: 'Docker: starting', headline: 'Docker is starting', canStop: true },
    byCause: stuck('starting'),
  },
  running: {
    ...{ icon: 'package', text: 'Docker', headline: 'Docker is running', nextSteps: ['restart', 'stop'] },
    ...{ ...up, plain: true, severity: 'ok', exit: 'fine' },
    byCause: {
      slow: {
        ...{ icon: 'warning', text: 'Docker: slow', headline: 'Docker is running, but responds slowly' },
        ...{ nextSteps: ['showLog', 'restart', 'stop'], plain: false, severity: 'info' },
      },
    },
  },
  degraded: {
    ...trouble,
    ...{ icon: 'warning', text: 'Docker: degraded', headline: 'Docker answers with an error' },
    ...{ ...up, severity: 'warning' },
    byCause: {
      'info-timeout': { headline: 'Docker answers, but cannot run containers' },
      'info-failed': { headline: 'Docker answers, but cannot describe itself' },
    },
  },
  'cannot-run': {
    ...trouble,
    ...{ text: "Docker: can't run containers", headline: "Docker can't run containers" },
    ...up,
  },
  hung: {
    ...trouble,
    ...{ text: 'Docker: not answering', headline: 'Docker does not answer', canStart: false, canStop: true },
  },
  denied: {
    ...trouble,
    ...{ icon: 'lock', text: 'Docker: no permission', headline: 'No permission for the Docker socket' },
    ...{ nextSteps: ['restart', 'refresh'], severity: 'warning', canStart: true, canStop: true },
  },
  misconfigured: {
    ...trouble,
    ...{ text: 'Docker: socket blocked', headline: 'Something else is in the place of the Docker socket' },
    ...{ nextSteps: ['moveAway', 'start'], canStart: true, canStop: false },
    byCause: {
      'socket-is-directory': {
        headline: 'A directory is in the place of the Docker socket',
        nextSteps: ['restart', 'moveAway'],
      },
      'socket-is-file': { headline: 'A file is in the place of the Docker socket' },
      'bad-endpoint': {
        ...{ text: 'Docker: unusable endpoint', headline: 'The Docker endpoint cannot be used', nextSteps: [] },
      },
    },
  },
  stopping: {
    ...underWay,
    ...{ text: 'Docker: stopping', headline: 'Docker is stopping' },
    byCause: stuck('stopping'),
  },
  restarting: {
    ...underWay,
    ...{ text: 'Docker: restarting', headline: 'Docker is restarting' },
    byCause: stuck('restarting'),
  },
  failed: {
    ...trouble,
    ...{ text: 'Docker: failed', headline: 'Docker crashed', canStart: true, canStop: false },
    byCause: {
      crashed: { text: 'Docker: crashed' },
      'start-failed': { text: 'Docker: failed to start', headline: 'Docker failed to start' },
      'crash-loop': { text: 'Docker: keeps failing', headline: 'Docker keeps failing' },
      'stop-failed': { text: 'Docker: failed to stop', headline: 'Docker did not stop' },
      unreachable: { text: 'Docker: unreachable', headline: 'Docker cannot be reached', nextSteps: ['refresh'] },
    },
  },
  foreign: {
    ...{ icon: 'plug', text: "Docker: host's", headline: "This is another machine's Docker", nextSteps: [] },
    ...{ plain: false, severity: 'ok', exit: 'fine', daemon: 'host', canStart: false, canStop: false },
  },
} as const satisfies Record<StateKind, StateRow>;
export const states: Readonly<Record<StateKind, StateRow>> = rows;

/** The row of a state, with what its cause changes. */
export function rowOf({ kind, cause }: Pick<EngineState, 'kind' | 'cause'>): StateRow {
  const row = states[kind];
  return { ...row, ...row.byCause?.[cause?.code ?? 'not-asked-yet'] };
}

/** Whether containers can be made now, by the daemon of this machine or by the one whose socket is mounted here. */
export function isUsable({ kind }: Pick<EngineState, 'kind'>): boolean {
  return states[kind].exit === 'fine';
}
