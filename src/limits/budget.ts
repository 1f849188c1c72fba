import { MiB, formatMiB } from '../util/format';
import { serialGroups, type Cost, type LimitCheck } from './limitCheck';
import { memoryMargin, memoryRoom, roomUnknown, type Environment } from './environment';
import { judging, type Judgement } from './verdict';

/** What a whole run takes at most when nothing has to be repeated; told before it begins. */
export function budgetOf(checks: readonly LimitCheck[]): Cost {
  const inGroups = serialGroups
    .map((serialGroup) => checks.filter((check) => check.serialGroup === serialGroup))
    .filter(({ length }) => length > 0);
  const worst = (of: (check: LimitCheck) => number): number[] =>
    inGroups.map((serialGroup) => Math.max(...serialGroup.map(of)));
  return {
    cpuSeconds: checks.reduce((sum, { cost }) => sum + cost.cpuSeconds, 0),
    // Groups run at the same time, the checks of one group one after the other.
    memory: worst(({ cost }) => cost.memory).reduce((sum, bytes) => sum + bytes, 0),
    seconds: Math.max(
      0,
      ...inGroups.map((serialGroup) => serialGroup.reduce((sum, { cost }) => sum + cost.seconds, 0)),
    ),
  };
}

/** What a run takes at most, for the person who is about to start it. */
export function budgetWords({ seconds, cpuSeconds, memory }: Cost): string {
  return `about ${seconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} s of CPU time and ${formatMiB(memory, 0)} at most`;
}

/** Bytes. A check of no more is run where the groups around the engine cannot be seen. */
const modest = 64 * MiB;

/** Refuses a check for which memory around the engine has no room, or may have none: the kill would hit somebody else. */
export function judgeRoom({ cost }: LimitCheck, environment: Environment): Judgement | undefined {
  const judge = judging('-', 'not run');
  const unknown = cost.memory > modest ? roomUnknown(environment) : undefined;
  if (unknown !== undefined) {
    return judge.inconclusive(
      `Not run: it needs ${formatMiB(cost.memory, 0)}, and how much memory the groups around the engine have left cannot be seen from here (${unknown}).`,
      { finding: 'machine.no-room' },
    );
  }
  const room = memoryRoom(environment);
  if (cost.memory === 0 || cost.memory + memoryMargin <= room) return undefined;
  return judge.inconclusive(
    `Not run: it needs ${formatMiB(cost.memory, 0)} and ${formatMiB(memoryMargin, 0)} to spare, the memory around the engine has ${formatMiB(Math.max(0, room), 0)} left.`,
    { finding: 'machine.no-room' },
  );
}
