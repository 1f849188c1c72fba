import { budgetOf } from '../../limits/budget';
import { catalogue } from '../../limits/catalogue';
import { comparisonWords, type Comparison } from '../../limits/history';
import type { Cost, LimitCheck } from '../../limits/limitCheck';
import type { LimitsEvent, LimitsRunResult, LimitCheckResult } from '../../limits/runResult';

/** The latest result of a check in this window. */
export interface ShownResult {
  readonly result: LimitCheckResult;
  /** When it was judged, ISO 8601. */
  readonly at: string;
  /** How it is beside the earlier ones, in words. */
  readonly compared?: string;
}

/** What a window knows of its checks. Plain data: the page is told the same as the Test Explorer. */
export interface LimitsStatus {
  /** How many there are, and what a run of all of them takes. */
  readonly checks: number;
  readonly budget: Cost;
  readonly running?: { readonly of: number; readonly done: number; readonly underWay: readonly string[] };
  /** In the catalogue's order. */
  readonly results: readonly ShownResult[];
  /** Why the latest run came to nothing; absent when it did not. */
  readonly problem?: string;
}

export const noRunYet: LimitsStatus = { checks: catalogue.length, budget: budgetOf(catalogue), results: [] };

/** A run of so many begins. */
export function begun({ problem: _over, ...known }: LimitsStatus, checks: readonly LimitCheck[]): LimitsStatus {
  return { ...known, running: { of: checks.length, done: 0, underWay: [] } };
}

/** A run has told something; `at` is when, ISO 8601. */
export function eventSeen(known: LimitsStatus, event: LimitsEvent, at: string): LimitsStatus {
  const { running } = known;
  if (running === undefined) return known;
  if (event.event === 'started') {
    const title = catalogue.find(({ id }) => id === event.check)?.title ?? event.check;
    return { ...known, running: { ...running, underWay: [...running.underWay.filter((one) => one !== title), title] } };
  }
  if (event.event !== 'judged') return known;
  const { result } = event;
  const underWay = running.underWay.filter((title) => title !== result.title);
  const results = [...known.results.filter((shown) => shown.result.id !== result.id), { result, at }];
  const place = ({ result }: ShownResult): number => catalogue.findIndex(({ id }) => id === result.id);
  return {
    ...known,
    running: { ...running, done: running.done + 1, underWay },
    results: results.toSorted((a, b) => place(a) - place(b)),
  };
}

/** A run is over, and its results stand beside the earlier ones of the same engine. */
export function concluded(
  known: LimitsStatus,
  report: LimitsRunResult,
  compared: ReadonlyMap<string, Comparison>,
): LimitsStatus {
  const fresh = new Set(report.results.map(({ id }) => id));
  const results = known.results.map((shown): ShownResult => {
    const before = fresh.has(shown.result.id) ? compared.get(shown.result.id) : undefined;
    return before === undefined ? shown : { ...shown, compared: comparisonWords(before) };
  });
  return ended({ ...known, results });
}

/** A run could not be made. */
export function refused(known: LimitsStatus, problem: string): LimitsStatus {
  return { ...ended(known), problem };
}

export function ended({ running: _over, ...known }: LimitsStatus): LimitsStatus {
  return known;
}
