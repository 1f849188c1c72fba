import * as v from 'valibot';
import { parseJson } from '../util/parseJson';

/**
 * What the privileged helper (`scripts/dind-helper`) says, as TypeScript sees it: one JSON object per line on stdout
 * and the state file in `/run/dind-station/state.json`. The helper is the source of truth; the station
 * tests read what it really prints through these schemas.
 */

/** Verbs an editor may ask for. `install` and `uninstall` are for a terminal, where sudo can ask for a password. */
export const helperVerbs = [
  'start',
  'stop',
  'restart',
  'status',
  'logs',
  'facts',
  'cancel',
  'version',
  'reset-data',
  'undo-reset-data',
  'reset-data-preview',
] as const;

/**
 * Remedies that the helper applies by name, each only when it finds the very fault itself, and each with an undo.
 * `scripts/lib/apply.sh` holds the list; a test compares the two.
 */
export const helperActions = [
  'remove-stale-pid-file',
  'remove-stale-containerd-pid-file',
  'remove-dead-socket',
  'remove-socket-directory',
  'remove-dead-containerd-socket',
  'remove-leaked-systemd-folder',
  'move-network-database-aside',
  'move-volume-database-aside',
  'move-build-cache-aside',
  'move-containerd-metadata-aside',
  'move-repositories-aside',
  'move-daemon-json-aside',
  'share-root-mount',
  'remount-cgroup-writable',
  'mount-cgroup',
  'delegate-cgroups',
  'mount-securityfs',
  'remount-proc-sys',
  'set-ip-forward',
  'grant-socket-access',
  'close-socket',
] as const;
export type HelperAction = (typeof helperActions)[number];

/** A verb as it is typed: one word, or `apply` and an action or the undo of one. */
export type HelperVerb = (typeof helperVerbs)[number] | `apply ${HelperAction}` | `apply undo-${HelperAction}`;

/** Why a verb ended as it did. Stable: tests, the command line and the editor branch on these, never on sentences. */
export const resultCodes = [
  'started',
  'already-running',
  'restarted',
  'stopped',
  'already-stopped',
  'running',
  'not-running',
  'crash-loop',
  'installed',
  'uninstalled',
  'version',
  'logs',
  'facts',
  'tls',
  'prepared',
  'already-prepared',
  'not-container',
  'not-prepared',
  'applied',
  'already-so',
  'not-applicable',
  'undone',
  'nothing-to-undo',
  'not-undone',
  'data-preview',
  'data-moved',
  'data-restored',
  'data-unfinished',
  'nothing-to-move',
  'containers-running',
  'cancel-sent',
  'nothing-to-cancel',
  'cancelled',
  'foreign',
  'conflict',
  'daemon-exited',
  'not-ready',
  'not-stopped',
  'socket-path',
  'data-root',
  'no-engine',
  'prerequisites',
  'missing-prerequisites',
  'runtimes',
  'registered',
  'already-registered',
  'unregistered',
  'already-unregistered',
  'no-runtime',
  'runtime-failed',
  'no-tool',
  'no-rights',
  'init-failed',
  'locked',
  'bad-config',
  'config-refused',
  'not-root',
  'not-trusted',
  'bad-user',
  'sudoers-refused',
  'usage',
  'internal',
] as const;
export type ResultCode = (typeof resultCodes)[number];

const StepEvent = v.object({
  event: v.literal('step'),
  /** Dotted name, area first: `lock.wait`, `daemon.launch`, `daemon.ready`. */
  step: v.string(),
  status: v.picklist(['started', 'changed', 'ok', 'skipped', 'failed']),
  detail: v.string(),
  /** Milliseconds since the verb began. */
  ms: v.number(),
});
export type StepEvent = v.InferOutput<typeof StepEvent>;

const ResultEvent = v.object({
  event: v.literal('result'),
  ok: v.boolean(),
  verb: v.string(),
  code: v.picklist(resultCodes),
  /** One sentence for a person. */
  message: v.string(),
  /** The daemon's own last decisive log line, when the daemon is what failed; else empty. */
  cause: v.string(),
  /** The daemon's process id, 0 when there is none. */
  pid: v.number(),
  /** True when another caller's run of the same verb gave this result. */
  joined: v.boolean(),
  ms: v.number(),
});
export type ResultEvent = v.InferOutput<typeof ResultEvent>;

const HelperEvent = v.variant('event', [StepEvent, ResultEvent]);
export type HelperEvent = v.InferOutput<typeof HelperEvent>;

/** One line of the helper's stdout, or undefined if it is not an event (a stray line of another program). */
export function parseHelperEvent(line: string): HelperEvent | undefined {
  return parseJson(HelperEvent, line);
}
