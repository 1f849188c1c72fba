import type { Sample } from './containerEvidence';
import type { LimitArea, Cost, Drawing, LimitCheck } from './limitCheck';
import { judging, type Judgement, type LimitFinding, type LimitVerdict } from './verdict';

/** A number of one of a check's containers. */
export interface ContainerSample extends Sample {
  /** The name of the container; users' scripts read the field by this name in what `limits --json` prints. */
  readonly leg: string;
}

/** A check that has been judged. Plain data. */
export interface LimitCheckResult extends Judgement {
  readonly id: string;
  readonly area: LimitArea;
  readonly title: string;
  readonly asked: string;
  /** How often it was run; 0 when it could be told without. */
  readonly attempts: number;
  /** Milliseconds, all attempts together. */
  readonly ms: number;
  /** Of the last attempt, in the order in which they came. */
  readonly samples: readonly ContainerSample[];
  readonly drawing?: Drawing;
}

/** What happens during a run, in order. Plain data: one core is shown in a terminal, a tree of tests and a page. */
export type LimitsEvent =
  | { readonly event: 'step'; readonly detail: string }
  | {
      readonly event: 'plan';
      readonly checks: readonly Pick<LimitCheck, 'id' | 'area' | 'title' | 'asked'>[];
      readonly budget: Cost;
      /** Containers of other people that run beside it and are left alone. */
      readonly running: number;
    }
  | { readonly event: 'started'; readonly check: string; readonly attempt: number }
  | { readonly event: 'sample'; readonly check: string; readonly sample: ContainerSample }
  | { readonly event: 'judged'; readonly result: LimitCheckResult };

/** A whole run. Fields are added, never changed, within a schema number. */
export interface LimitsRunResult {
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
  readonly results: readonly LimitCheckResult[];
  /** Containers of earlier runs that were removed first. */
  readonly leftovers: number;
  /** Containers of this run and of earlier ones that could not be removed, with the reason; the next start tries again. */
  readonly left: readonly string[];
}

/** How many results have each verdict. */
export function countVerdicts(results: readonly Pick<Judgement, 'verdict'>[]): Record<LimitVerdict, number> {
  const counts = { enforced: 0, 'not-enforced': 0, unsupported: 0, inconclusive: 0, error: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

/** The results of a run as they come: each check has one, and nothing is told after the run. */
export class ResultCollector {
  readonly #checks: readonly LimitCheck[];
  readonly #onEvent: (event: LimitsEvent) => void;
  readonly #results = new Map<string, LimitCheckResult>();
  #closed = false;

  constructor(checks: readonly LimitCheck[], onEvent: (event: LimitsEvent) => void) {
    this.#checks = checks;
    this.#onEvent = onEvent;
  }

  /** What an engine answers when nobody waits for it any more is no news. */
  tell(event: LimitsEvent): void {
    if (!this.#closed) this.#onEvent(event);
  }

  judged(result: LimitCheckResult): void {
    if (this.#closed || this.#results.has(result.id)) return;
    this.#results.set(result.id, result);
    this.tell({ event: 'judged', result });
  }

  /** Gives the checks that have no verdict the verdict `error`. `reason`: one sentence. */
  giveUp(reason: string, finding?: LimitFinding): void {
    const judgement = judging('-', 'not run').error(reason, finding === undefined ? {} : { finding });
    for (const { id, area, title, asked } of this.#checks) {
      this.judged({ id, area, title, asked, attempts: 0, ms: 0, samples: [], ...judgement });
    }
  }

  /** All results, in the order of the checks. Nothing is told or taken any more. */
  close(): readonly LimitCheckResult[] {
    this.#closed = true;
    return this.#checks.flatMap(({ id }) => this.#results.get(id) ?? []);
  }
}
