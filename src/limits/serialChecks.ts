import type { RunAbort } from './runAbort';
import { serialGroups, type LimitCheck } from './limitCheck';
import type { CheckRun } from './checkRun';
import type { LimitCheckResult } from './runResult';
import { settleAll } from '../util/async';

/** What is run one after the other, on a machine with so many CPUs. */
function serialGroupsOf(checks: readonly LimitCheck[], cpus: number): (readonly LimitCheck[])[] {
  // Making containers takes a CPU of its own, or what is measured beside it starves.
  return cpus < 2
    ? [checks]
    : serialGroups.map((serialGroup) => checks.filter((check) => check.serialGroup === serialGroup));
}

/**
 * Runs checks, the groups beside each other. The first group that fails ends the others; rejects with its reason when all
 * of them have ended.
 */
export async function runSerialGroups(
  checks: readonly LimitCheck[],
  cpus: number,
  checkRun: (check: LimitCheck) => Pick<CheckRun, 'attempt'>,
  judged: (result: LimitCheckResult) => void,
  runAbort: Pick<RunAbort, 'signal' | 'fail'>,
): Promise<void> {
  const runGroup = async (inGroup: readonly LimitCheck[]): Promise<void> => {
    const waiting = inGroup.map(checkRun);
    for (let next = waiting.shift(); next !== undefined && !runAbort.signal.aborted; next = waiting.shift()) {
      const result = await next.attempt();
      // Behind the others: what disturbed it, often checks of another group, may be over by then.
      if (result === 'later') waiting.push(next);
      else judged(result);
    }
  };
  await settleAll(serialGroupsOf(checks, cpus).map(runGroup), (reason) => runAbort.fail(reason));
}
