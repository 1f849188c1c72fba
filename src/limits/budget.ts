import { MiB, formatMiB } from '../util/format';
import { lanes, type Cost, type Proof } from './proof';
import { memoryMargin, memoryRoom, roomUnknown, type Surroundings } from './environment';
import { judging, type Judgement } from './verdict';

/** What a whole run takes at most when nothing has to be repeated; told before it begins. */
export function budgetOf(proofs: readonly Proof[]): Cost {
  const inLanes = lanes.map((lane) => proofs.filter((proof) => proof.lane === lane)).filter(({ length }) => length > 0);
  const worst = (of: (proof: Proof) => number): number[] => inLanes.map((lane) => Math.max(...lane.map(of)));
  return {
    cpuSeconds: proofs.reduce((sum, { cost }) => sum + cost.cpuSeconds, 0),
    // Lanes run at the same time, the proofs of one lane one after the other.
    memory: worst(({ cost }) => cost.memory).reduce((sum, bytes) => sum + bytes, 0),
    seconds: Math.max(0, ...inLanes.map((lane) => lane.reduce((sum, { cost }) => sum + cost.seconds, 0))),
  };
}

/** What a run takes at most, for the person who is about to start it. */
export function budgetWords({ seconds, cpuSeconds, memory }: Cost): string {
  return `about ${seconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} s of CPU time and ${formatMiB(memory, 0)} at most`;
}

/** Bytes. A proof of no more is run where the groups around the engine cannot be seen. */
const modest = 64 * MiB;

/** Refuses a proof for which memory around the engine has no room, or may have none: the kill would hit somebody else. */
export function judgeRoom({ cost }: Proof, surroundings: Surroundings): Judgement | undefined {
  const judge = judging('-', 'not run');
  const unknown = cost.memory > modest ? roomUnknown(surroundings) : undefined;
  if (unknown !== undefined) {
    return judge.inconclusive(
      `Not run: it needs ${formatMiB(cost.memory, 0)}, and how much memory the groups around the engine have left cannot be seen from here (${unknown}).`,
      { finding: 'machine.no-room' },
    );
  }
  const room = memoryRoom(surroundings);
  if (cost.memory === 0 || cost.memory + memoryMargin <= room) return undefined;
  return judge.inconclusive(
    `Not run: it needs ${formatMiB(cost.memory, 0)} and ${formatMiB(memoryMargin, 0)} to spare, the memory around the engine has ${formatMiB(Math.max(0, room), 0)} left.`,
    { finding: 'machine.no-room' },
  );
}
