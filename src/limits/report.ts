import type { Sample } from './evidence';
import type { Area, Cost, Drawing, Proof } from './proof';
import type { Judgement, Verdict } from './verdict';

/** A number of one of a proof's containers. */
export interface LegSample extends Sample {
  readonly leg: string;
}

/** A proof that has been judged. Plain data. */
export interface ProofResult extends Judgement {
  readonly id: string;
  readonly area: Area;
  readonly title: string;
  readonly asked: string;
  /** How often it was run; 0 when it could be told without. */
  readonly attempts: number;
  /** Milliseconds, all attempts together. */
  readonly ms: number;
  /** Of the last attempt, in the order in which they came. */
  readonly samples: readonly LegSample[];
  readonly drawing?: Drawing;
}

/** What happens during a run, in order. Plain data: one core is shown in a terminal, a tree of tests and a page. */
export type LimitsEvent =
  | { readonly event: 'step'; readonly detail: string }
  | {
      readonly event: 'plan';
      readonly proofs: readonly Pick<Proof, 'id' | 'area' | 'title' | 'asked'>[];
      readonly budget: Cost;
      /** Containers of other people that run beside it and are left alone. */
      readonly running: number;
    }
  | { readonly event: 'started'; readonly proof: string; readonly attempt: number }
  | { readonly event: 'sample'; readonly proof: string; readonly sample: LegSample }
  | { readonly event: 'judged'; readonly result: ProofResult };

/** A whole run. Fields are added, never changed, within a schema number. */
export interface LimitsReport {
  readonly schema: 1;
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly ms: number;
  readonly engine: {
    readonly id: string;
    /** Where it was asked: engines on one machine may share an id. */
    readonly endpoint: string;
    readonly version: string;
    readonly cgroup: 1 | 2 | null;
  };
  readonly image: string;
  readonly results: readonly ProofResult[];
  /** Containers of earlier runs that were removed first. */
  readonly leftovers: number;
  /** Containers of this run and of earlier ones that could not be removed, with the reason; the next start tries again. */
  readonly left: readonly string[];
}

/** How many results have each verdict. */
export function countVerdicts(results: readonly Pick<Judgement, 'verdict'>[]): Record<Verdict, number> {
  const counts = { enforced: 0, 'not-enforced': 0, unsupported: 0, inconclusive: 0, error: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}
