import type { EngineDetails } from './systemInfo';
import type { TimedVerification } from './verification';
import type { HelperWord } from '../helper/helperState';

/** Every state of the engine a person can see. The order is of no meaning. */
export const stateKinds = [
  'unknown',
  'not-installed',
  'stopped',
  'starting',
  'running',
  'degraded',
  'cannot-run',
  'hung',
  'denied',
  'misconfigured',
  'stopping',
  'restarting',
  'failed',
  'foreign',
] as const;
export type StateKind = (typeof stateKinds)[number];

/** What stands at the socket's path, links followed as `connect` does; `hidden` in a folder we may not search. */
export type SocketPath = 'socket' | 'file' | 'directory' | 'other' | 'hidden';

/**
 * The outcome of one `GET /_ping`, told apart by errno (ENOENT, ECONNREFUSED, EACCES), by our own deadline, and by HTTP
 * status. The Docker CLI prints one sentence for the first two and for what is behind them; they are different states.
 */
export type PingResult =
  | { readonly outcome: 'ok'; readonly engineVersion?: string; readonly apiVersion?: string; readonly ms: number }
  | { readonly outcome: 'absent' }
  /** `madeAt`: when the socket was made, milliseconds since the epoch; absent where that cannot be seen. */
  | { readonly outcome: 'refused'; readonly path: SocketPath; readonly madeAt?: number }
  | { readonly outcome: 'denied'; readonly path: SocketPath; readonly madeAt?: number }
  | { readonly outcome: 'timeout'; readonly afterMs: number; readonly madeAt?: number }
  | { readonly outcome: 'status'; readonly status: number; readonly body: string }
  | { readonly outcome: 'unreachable'; readonly code: string; readonly message: string };

/** The outcome of `GET /info` with its deadline. A ping that is answered while info is not: containerd does not answer. */
export type InfoResult =
  | { readonly outcome: 'ok'; readonly details: EngineDetails }
  | { readonly outcome: 'timeout'; readonly afterMs: number }
  /** `code`: an errno, when the question did not reach the engine; then only a ping can say what that means. */
  | { readonly outcome: 'failed'; readonly message: string; readonly code?: string };

/** What a daemon of this machine needs before the helper can start one; looked at while none answers. */
export interface MachineSetup {
  /** Programs without which no daemon starts and that are not where the helper looks; dockerd first. */
  readonly missing: readonly string[];
  /** The command that installs them here; undefined when none is missing, or no known package manager is here. */
  readonly install: string | undefined;
  /** The privileged helper's program is where its set-up puts it. */
  readonly helper: boolean;
}

/** Why an engine is in the state it is in; `code` is stable, the words come from `describe.ts`. */
export interface Cause {
  readonly code:
    | 'program-missing'
    | 'not-set-up'
    | 'never-started'
    | 'stopped-by-user'
    | 'crashed'
    | 'start-failed'
    | 'crash-loop'
    | 'stop-failed'
    | 'takes-long'
    | 'paused'
    | 'socket-is-directory'
    | 'socket-is-file'
    | 'socket-is-other'
    | 'no-permission'
    | 'ping-timeout'
    | 'info-timeout'
    | 'info-failed'
    | 'http-status'
    | 'containers-fail'
    | 'containerd-dead'
    | 'slow'
    | 'unreachable'
    | 'socket-mounted'
    | 'not-asked-yet'
    | 'bad-endpoint';
  /** The evidence in a few words: an errno, a status, the daemon's last log line, the name of who stopped it. */
  readonly evidence: string;
  /** What to type into a terminal against it, where that depends on more than the code. */
  readonly command?: string;
}

export interface EngineState {
  readonly kind: StateKind;
  /** When this kind began, milliseconds since the epoch, as the reducer was told. */
  readonly since: number;
  readonly cause?: Cause;
  /** What the engine last said of itself; kept while it is up, dropped when it is gone. */
  readonly details?: EngineDetails;
  /** Engine version from the ping's headers; there before `details` is. */
  readonly engineVersion?: string;
  /** What a trial of containers found of the daemon that answers; absent where nobody has found out. */
  readonly verified?: TimedVerification;
  /** The helper's current step while it works (`daemon.launch`). */
  readonly step?: string;
}

/** What is found out of a daemon that answers, otherwise than by asking how it is. */
export type Found =
  /** What a trial of containers found; undefined when nothing is known any more. */
  | { readonly type: 'verified'; readonly verification: TimedVerification | undefined }
  /** Where its containerd should listen and does not; undefined when it does. */
  | { readonly type: 'containerd'; readonly dead: string | undefined };

/** What the reducer is told. `at` is milliseconds since the epoch; the reducer itself reads no clock. */
export type EngineEvent =
  | { readonly type: 'ping'; readonly result: PingResult; readonly at: number }
  | { readonly type: 'info'; readonly result: InfoResult; readonly at: number }
  | { readonly type: 'stream-ended'; readonly at: number }
  /** The helper's state file, undefined when there is none or its helper is gone. */
  | { readonly type: 'helper'; readonly state: HelperWord | undefined; readonly at: number }
  | (Found & { readonly at: number })
  | { readonly type: 'setup'; readonly setup: MachineSetup; readonly at: number }
  /** Somebody else's socket is mounted over ours. */
  | { readonly type: 'foreign'; readonly mounted: boolean; readonly evidence: string; readonly at: number }
  /** The endpoint cannot be used at all (ssh://, missing context, unreadable certificates). */
  | { readonly type: 'bad-endpoint'; readonly message: string; readonly at: number };
