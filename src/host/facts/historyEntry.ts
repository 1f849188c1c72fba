import * as v from 'valibot';
import type { FactsOf } from './schema';

/** A line of the helper's `history.jsonl`. */
export const historyEntrySchema = v.object({
  /** UTC, ISO 8601, seconds. */
  at: v.string(),
  what: v.string(),
  why: v.string(),
  ms: v.number(),
});
export type HistoryEntry = FactsOf<typeof historyEntrySchema>;
