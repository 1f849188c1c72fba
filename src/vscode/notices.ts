import type { EngineState } from '../engine/state';
import { rowOf } from '../engine/stateTable';
import type { NotificationLevel } from './settings';

/** A notification about the engine that nobody asked for. */
export interface Notice {
  readonly severity: 'error' | 'warning';
  /** State and cause: what must be the same for a notice to be a repetition. */
  readonly key: string;
}

/**
 * Whether a state is worth interrupting somebody. States a person chose (stopped), states on their way, and states that
 * are only different (foreign) are not; a daemon that never ran is not either, the indicator says it.
 */
export function noticeFor(state: EngineState): Notice | undefined {
  const { severity } = rowOf(state);
  if (severity !== 'error' && severity !== 'warning') return undefined;
  return { severity, key: `${state.kind}/${state.cause?.code ?? ''}` };
}

/** What has been told already, and since when Docker has been well. */
export interface NoticeMemory {
  readonly told: ReadonlySet<string>;
  /** Milliseconds since the epoch; undefined while it is not running. */
  readonly wellSince: number | undefined;
}
export const nothingTold: NoticeMemory = { told: new Set(), wellSince: undefined };

/** Docker must have been well this long before the same cause counts as new: a crash loop tells once, not per crash. */
export const wellEnoughMs = 60_000;

/** Forgets what was told once Docker ran long enough, and notes when it began to run. `at` in ms since the epoch. */
export function remember(memory: NoticeMemory, state: EngineState, at: number): NoticeMemory {
  if (state.kind === 'running') return memory.wellSince === undefined ? { ...memory, wellSince: at } : memory;
  if (memory.wellSince === undefined) return memory;
  const recovered = at - memory.wellSince >= wellEnoughMs;
  return { told: recovered ? new Set() : memory.told, wellSince: undefined };
}

/** The memory after telling a notice, or after something else told it (the failure of the person's own command). */
export function told(memory: NoticeMemory, key: string): NoticeMemory {
  return { ...memory, told: new Set([...memory.told, key]) };
}

/** Whether a notice is to be shown: not silenced by the setting, and not told before. */
export function shouldTell(memory: NoticeMemory, notice: Notice, level: NotificationLevel): boolean {
  if (level === 'none' || (level === 'errors' && notice.severity !== 'error')) return false;
  return !memory.told.has(notice.key);
}

/** The level that silences a notice like this one, and no more than that. */
export function levelWithout(notice: Notice): NotificationLevel {
  return notice.severity === 'warning' ? 'errors' : 'none';
}
