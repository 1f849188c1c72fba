import type { RunEnds } from './runAbort';
import { lanes, type Proof } from './proof';
import type { ProofRun } from './proofRun';
import type { ProofResult } from './report';
import { allEnded } from '../util/async';

/** What is run one after the other, on a machine with so many CPUs. */
function lanesOf(proofs: readonly Proof[], cpus: number): (readonly Proof[])[] {
  // Making containers takes a CPU of its own, or what is measured beside it starves.
  return cpus < 2 ? [proofs] : lanes.map((lane) => proofs.filter((proof) => proof.lane === lane));
}

/**
 * Runs proofs, the lanes beside each other. The first lane that fails ends the others; rejects with its reason when all
 * of them have ended.
 */
export async function runLanes(
  proofs: readonly Proof[],
  cpus: number,
  proofRun: (proof: Proof) => Pick<ProofRun, 'attempt'>,
  judged: (result: ProofResult) => void,
  ends: Pick<RunEnds, 'signal' | 'fail'>,
): Promise<void> {
  const runLane = async (inLane: readonly Proof[]): Promise<void> => {
    const waiting = inLane.map(proofRun);
    for (let next = waiting.shift(); next !== undefined && !ends.signal.aborted; next = waiting.shift()) {
      const result = await next.attempt();
      // Behind the others: what disturbed it, often proofs of another lane, may be over by then.
      if (result === 'later') waiting.push(next);
      else judged(result);
    }
  };
  await allEnded(lanesOf(proofs, cpus).map(runLane), (reason) => ends.fail(reason));
}
