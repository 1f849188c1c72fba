import { rowOf } from '../engine/stateTable';
import type { ResultCode } from '../helper/protocol';
import type { StepId } from '../helper/stepIds';
/** What the editor and the command line say of a verb. */
interface VerbRow {
  /** On a button. */
  readonly imperative: string;
  /** While it is done, and when it was done. */
  readonly doing: string;
  readonly past: string;
  readonly failure: string;
  /** In the help of the command line. */
  readonly help: string;
  /** Whether the daemon goes away, and with it the containers that it does not keep. */
  readonly endsDaemon: boolean;
}

/** The verbs that a person starts, in the order of the command line's help. */
export const lifecycleVerbNames = ['start', 'stop', 'restart'] as const;
export type LifecycleVerb = (typeof lifecycleVerbNames)[number];

/** One row per verb. */
export const lifecycleVerbs: Readonly<Record<LifecycleVerb, VerbRow>> = {
  start: {
    imperative: 'Start',
    doing: 'Starting Docker',
    past: 'started',
    failure: 'Docker was not started',
    help: 'Start the Docker daemon and wait until it responds',
    endsDaemon: false,
  },
  stop: {
    imperative: 'Stop',
    doing: 'Stopping Docker',
    past: 'stopped',
    failure: 'Docker was not stopped',
    help: 'Stop the Docker daemon and wait until it has exited',
    endsDaemon: true,
  },
  restart: {
    imperative: 'Restart',
    doing: 'Restarting Docker',
    past: 'restarted',
    failure: 'Docker was not restarted',
    help: 'Restart the Docker daemon and wait until it responds',
    endsDaemon: true,
  },
};

/** Results with which a daemon that was to be started is none that runs. */
const endsInFailedStart: ReadonlySet<ResultCode> = new Set(['daemon-exited', 'not-ready', 'init-failed']);

/** The headline of "failed to start", as the bar, the page and `status` have it, where a verb ended in that; else undefined. */
export function failedStartHeadline(verb: string, code: ResultCode): string | undefined {
  if (verb === 'stop' || !endsInFailedStart.has(code)) return undefined;
  return rowOf({ kind: 'failed', cause: { code: 'start-failed', evidence: '' } }).headline;
}

/**
 * What the helper is doing, in the words of someone who waits for it. Keys are the step names the helper prints; a
 * helper that is newer than this table is shown by its own names rather than hidden.
 */
const words: Readonly<Partial<Record<StepId, string>>> = {
  'lock.wait': 'waiting for another start, stop or restart to end',
  'daemon.check': 'looking for a running daemon',
  'daemon.validate': 'checking daemon.json',
  leftovers: 'removing leftovers of an earlier daemon',
  'daemon.stop': 'stopping the daemon',
  'containerd.launch': 'starting containerd',
  'daemon.launch': 'starting the daemon',
  'daemon.ready': 'waiting for the daemon to answer',
  'socket.access': 'giving access to the socket',
  'log.rotate': 'rotating the log',
  'daemon.verify': 'checking that the daemon works',
  'init.ask': 'asking the init system',
};

export const knownSteps: readonly string[] = Object.keys(words);

function wordsFor(step: string): string | undefined {
  return Object.hasOwn(words, step) ? words[step as StepId] : undefined;
}

/** `daemon.ready` → `waiting for the daemon to answer`; `leftovers.containerd` → the words of `leftovers`. */
export function stepWords(step: string): string {
  const area = step.includes('.') ? step.slice(0, step.indexOf('.')) : step;
  return wordsFor(step) ?? wordsFor(area) ?? step;
}
