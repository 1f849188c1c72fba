import { valuesOf, type ContainerEvidence } from './containerEvidence';

/** One reading of `take` in `script.ts`; NaN for a field that the kernel does not have. */
export interface CpuReading {
  /** Seconds of uptime before and after it was read. */
  readonly from: number;
  readonly to: number;
  /** CPU seconds of the group since its beginning. */
  readonly used: number;
  readonly periods: number;
  readonly throttled: number;
  /** CPU seconds that the whole machine was busy. */
  readonly busy: number;
}

/** What a group used between its first and its last reading. */
export interface CpuWindow {
  /** Seconds. */
  readonly seconds: number;
  /** CPUs on average. */
  readonly used: number;
  /** At least so many, however long the reader was stopped between two reads. */
  readonly usedAtLeast: number;
  readonly periods: number;
  readonly throttled: number;
  /** CPUs that everybody else had. */
  readonly others: number;
}

/** Hundredths of a second are what `/proc/stat` counts in on every Linux (USER_HZ). */
const ticksPerSecond = 100;

export function cpuReadings(evidence: ContainerEvidence): CpuReading[] {
  return valuesOf(evidence, 'cpu').map((value) => {
    const [from = NaN, to = NaN, used = NaN, periods = NaN, throttled = NaN, busy = NaN] = value.split(' ').map(Number);
    return { from, to, used: used / 1e6, periods, throttled, busy: busy / ticksPerSecond };
  });
}

/** Undefined when there are not two readings. */
export function cpuWindow(evidence: ContainerEvidence): CpuWindow | undefined {
  const readings = cpuReadings(evidence);
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || last.from <= first.to) return undefined;
  const seconds = (last.from + last.to - first.from - first.to) / 2;
  const used = last.used - first.used;
  return {
    seconds,
    used: used / seconds,
    usedAtLeast: used / (last.to - first.from),
    periods: last.periods - first.periods,
    throttled: last.throttled - first.throttled,
    others: Math.max(0, (last.busy - first.busy - used) / seconds),
  };
}

/** CPU seconds of the group at a moment between its readings, on a straight line between the two nearest. */
export function usedAt(readings: readonly CpuReading[], at: number): number {
  const middle = ({ from, to }: CpuReading): number => (from + to) / 2;
  const after = readings.findIndex((reading) => middle(reading) >= at);
  const [left, right] = [readings[Math.max(0, after - 1)], readings[after]];
  if (left === undefined || right === undefined) return Number.NaN;
  if (left === right) return left.used;
  const share = (at - middle(left)) / (middle(right) - middle(left));
  return left.used + share * (right.used - left.used);
}
