import { judgeRoom } from './budget';
import { endingOf } from './runErrors';
import type { Evidence } from './evidence';
import { runLeg, type LegRun } from './testContainer';
import type { Leg, Proof } from './proof';
import { judgeBroken, judgeRefusal } from './refusals';
import type { LegSample, LimitsEvent, ProofResult } from './report';
import type { Surroundings } from './environment';
import { judging, type Judgement } from './verdict';
import { allEnded } from '../util/async';

/** How often a proof is run when something that passes disturbed it. */
const mostAttempts = 3;

/** One proof, from its first container to its verdict. */
export class ProofRun {
  readonly #proof: Proof;
  readonly #surroundings: Surroundings;
  readonly #leg: LegRun;
  readonly #onEvent: (event: LimitsEvent) => void;
  #samples: LegSample[] = [];
  #attempts = 0;
  #ms = 0;

  constructor(proof: Proof, surroundings: Surroundings, leg: LegRun, onEvent: (event: LimitsEvent) => void) {
    this.#proof = proof;
    this.#surroundings = surroundings;
    this.#leg = leg;
    this.#onEvent = onEvent;
  }

  /**
   * One attempt: its result, or `later` when something disturbed it that may have passed by then. Rejects with
   * EngineSilent when the engine does not answer any more.
   */
  async attempt(): Promise<ProofResult | 'later'> {
    const began = performance.now();
    const judgement = await this.#judgement();
    this.#ms += performance.now() - began;
    const repeat = judgement.again === true && this.#attempts < mostAttempts;
    if (repeat && !this.#leg.signal.aborted) return 'later';
    const { id, area, title, asked, drawing } = this.#proof;
    const told = { attempts: this.#attempts, ms: Math.round(this.#ms), samples: this.#samples };
    return { id, area, title, asked, ...(drawing !== undefined && { drawing }), ...told, ...judgement };
  }

  async #judgement(): Promise<Judgement> {
    const noRoom = judgeRoom(this.#proof, this.#surroundings);
    if (noRoom !== undefined) return noRoom;
    const legs = this.#proof.legs(this.#surroundings);
    if ('verdict' in legs) return legs;
    this.#attempts += 1;
    this.#onEvent({ event: 'started', proof: this.#proof.id, attempt: this.#attempts });
    return this.#run(legs);
  }

  async #run(legs: readonly Leg[]): Promise<Judgement> {
    this.#samples = [];
    const evidence: Record<string, Evidence> = {};
    // One leg that fails ends the others: nobody would wait for them, and no engine answers them either.
    const failing = new AbortController();
    const run = this.#legRun(failing.signal);
    const runOne = async (leg: Leg): Promise<Judgement | undefined> => {
      const seen = await this.#runLeg(leg, run);
      evidence[leg.name] = seen;
      // Of the control nothing is asked that an engine could refuse.
      return (
        (leg.name === 'control' ? undefined : judgeRefusal(seen, leg.mayDrop)) ??
        judgeBroken(leg.name, seen, leg.mayDie === true)
      );
    };
    const failed = this.#proof.together
      ? (await allEnded(legs.map(runOne), (reason) => failing.abort(reason))).find(
          (judgement) => judgement !== undefined,
        )
      : await firstOf(legs, runOne);
    if (failed !== undefined) return failed;
    if (this.#leg.signal.aborted) return judging('-', 'cancelled').error(endingOf(this.#leg.signal));
    return this.#proof.judge(evidence, this.#surroundings);
  }

  #legRun(failed: AbortSignal): LegRun {
    const { signal, gone } = this.#leg;
    return {
      ...this.#leg,
      signal: AbortSignal.any([signal, failed]),
      gone: gone === undefined ? failed : AbortSignal.any([gone, failed]),
    };
  }

  async #runLeg(leg: Leg, run: LegRun): Promise<Evidence> {
    const onSample = (sample: Omit<LegSample, 'leg'>): void => {
      const named = { leg: leg.name, ...sample };
      this.#samples.push(named);
      this.#onEvent({ event: 'sample', proof: this.#proof.id, sample: named });
    };
    return runLeg(leg, { ...run, onSample });
  }
}

/** One after the other, until one says why there is no use in going on. */
async function firstOf(
  legs: readonly Leg[],
  runOne: (leg: Leg) => Promise<Judgement | undefined>,
): Promise<Judgement | undefined> {
  for (const leg of legs) {
    const judgement = await runOne(leg);
    if (judgement !== undefined) return judgement;
  }
  return undefined;
}
