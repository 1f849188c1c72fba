import * as v from 'valibot';
import { parseJson } from '../util/parseJson';

/** What the helper says of the daemon and of its own work, in `state.json`. Apart from its events, which only who runs it needs. */
export const HelperStateFile = v.object({
  schema: v.literal(1),
  state: v.picklist(['starting', 'running', 'stopping', 'stopped', 'restarting', 'failed']),
  verb: v.string(),
  /** The step under way, while `state` ends in -ing. */
  step: v.string(),
  /** The daemon's process id, 0 when there is none. */
  pid: v.number(),
  /** The helper that wrote this; a state ending in -ing counts only while that process lives. */
  helperPid: v.number(),
  /** UTC, ISO 8601, seconds. */
  since: v.string(),
  /** Login name of whoever asked. */
  by: v.string(),
  /** A result code as a rule; a string, so that a newer helper's is no reason to believe nothing. */
  code: v.string(),
  message: v.string(),
  cause: v.string(),
  /** Where the daemon's log is; empty when an init system keeps it in its journal. */
  log: v.optional(v.string(), '/var/log/dockerd.log'),
  /** Seconds after `since` in which a state that ends in -ing is over, by the helper's own timeouts. */
  maxSeconds: v.optional(v.number(), 170),
});
export type HelperStateFile = v.InferOutput<typeof HelperStateFile>;

/** The helper's file, and what the kernel says of the processes that it names. */
export interface HelperWord extends HelperStateFile {
  /** The helper is at work and stopped by a signal (state T), so that nothing goes on. */
  readonly stopped?: true;
  /** The daemon that the helper left running has exited. */
  readonly daemonGone?: true;
}

/** The text of `state.json`, or undefined if it is not one this version understands. */
export function parseHelperState(text: string): HelperStateFile | undefined {
  return parseJson(HelperStateFile, text);
}

const working: ReadonlySet<HelperStateFile['state']> = new Set(['starting', 'stopping', 'restarting']);

/** The helper's file says that it is at work. Whether it lives is the monitor's to check. */
export function isWorking(helper: HelperStateFile | undefined): boolean {
  return helper !== undefined && working.has(helper.state);
}

/** The helper's file says that the engine is being ended. */
export function isEnding(helper: HelperStateFile | undefined): boolean {
  return helper?.state === 'stopping' || helper?.state === 'restarting';
}
