import type { EngineDetails } from './systemInfo';
import type { TimedVerification } from './verification';
import type { HelperStateFile } from '../helper/helperState';

/** Every state of the engine a person can see. The order is of no meaning. */
export const stateKinds = [
  'unknown',
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
  | { readonly outcome: 'refused'; readonly path: SocketPath }
  /** `madeAt`: when the socket was made, milliseconds since the epoch; absent where that cannot be seen. */
  | { readonly outcome: 'denied'; readonly path: SocketPath; readonly madeAt?: number }
  | { readonly outcome: 'timeout'; readonly afterMs: number }
  | { readonly outcome: 'status'; readonly status: number; readonly body: string }
  | { readonly outcome: 'unreachable'; readonly code: string; readonly message: string };

/** The outcome of `GET /info` with its deadline. A ping that is answered while info is not: containerd does not answer. */
export type InfoResult =
  | { readonly outcome: 'ok'; readonly details: EngineDetails }
  | { readonly outcome: 'timeout'; readonly afterMs: number }
  /** `code`: an errno, when the question did not reach the engine; then only a ping can say what that means. */
  | { readonly outcome: 'failed'; readonly message: string; readonly code?: string };

/** Why an engine is in the state it is in; `code` is stable, the words come from `describe.ts`. */
export interface Cause {
  readonly code:
    | 'never-started'
    | 'stopped-by-user'
    | 'crashed'
    | 'start-failed'
    | 'crash-loop'
    | 'stop-failed'
    | 'socket-is-directory'
    | 'socket-is-file'
    | 'socket-is-other'
    | 'no-permission'
    | 'ping-timeout'
    | 'info-timeout'
    | 'info-failed'
    | 'http-status'
    | 'containers-fail'
    | 'unreachable'
    | 'socket-mounted'
    | 'not-asked-yet'
    | 'bad-endpoint';
  /** The evidence in a few words: an errno, a status, the daemon's last log line, the name of who stopped it. */
  readonly evidence: string;
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

/** What the reducer is told. `at` is milliseconds since the epoch; the reducer itself reads no clock. */
export type EngineEvent =
  | { readonly type: 'ping'; readonly result: PingResult; readonly at: number }
  | { readonly type: 'info'; readonly result: InfoResult; readonly at: number }
  | { readonly type: 'stream-ended'; readonly at: number }
  /** The helper's state file, undefined when there is none or its helper is gone. */
  | { readonly type: 'helper'; readonly state: HelperStateFile | undefined; readonly at: number }
  /** What a trial of containers found, of the daemon that answers now; undefined when nothing is known any more. */
  | { readonly type: 'verified'; readonly verification: TimedVerification | undefined; readonly at: number }
  /** Somebody else's socket is mounted over ours. */
  | { readonly type: 'foreign'; readonly mounted: boolean; readonly evidence: string; readonly at: number }
  /** The endpoint cannot be used at all (ssh://, missing context, unreadable certificates). */
  | { readonly type: 'bad-endpoint'; readonly message: string; readonly at: number };
