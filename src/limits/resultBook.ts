import type { Proof } from './proof';
import type { LimitsEvent, ProofResult } from './report';
import { judging, type LimitFinding } from './verdict';

/** The results of a run as they come: each proof has one, and nothing is told after the run. */
export class ResultBook {
  readonly #proofs: readonly Proof[];
  readonly #onEvent: (event: LimitsEvent) => void;
  readonly #results = new Map<string, ProofResult>();
  #closed = false;

  constructor(proofs: readonly Proof[], onEvent: (event: LimitsEvent) => void) {
    this.#proofs = proofs;
    this.#onEvent = onEvent;
  }

  /** What an engine answers when nobody waits for it any more is no news. */
  tell(event: LimitsEvent): void {
    if (!this.#closed) this.#onEvent(event);
  }

  judged(result: ProofResult): void {
    if (this.#closed || this.#results.has(result.id)) return;
    this.#results.set(result.id, result);
    this.tell({ event: 'judged', result });
  }

  /** Gives the proofs that have no verdict the verdict `error`. `reason`: one sentence. */
  giveUp(reason: string, finding?: LimitFinding): void {
    const judgement = judging('-', 'not run').error(reason, finding === undefined ? {} : { finding });
    for (const { id, area, title, asked } of this.#proofs) {
      this.judged({ id, area, title, asked, attempts: 0, ms: 0, samples: [], ...judgement });
    }
  }

  /** All results, in the order of the proofs. Nothing is told or taken any more. */
  close(): readonly ProofResult[] {
    this.#closed = true;
    return this.#proofs.flatMap(({ id }) => this.#results.get(id) ?? []);
  }
}
