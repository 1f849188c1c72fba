import type { Metric } from './containerEvidence';
import type { Drawing } from './limitCheck';
import type { ContainerSample } from './runResult';

export interface Point {
  /** Seconds since the first sample that is drawn. */
  readonly at: number;
  /** In the metric's unit, per second for a rate. */
  readonly value: number;
}

/** What one container did. Of a rate each value holds until the next point; the last two are the same. */
export interface Line {
  readonly container: string;
  readonly points: readonly Point[];
}

/** Periods in which the limit stopped a container, between two readings of it. Seconds. */
export interface Stopped {
  readonly container: string;
  readonly from: number;
  readonly to: number;
  readonly periods: number;
}

/** Use over time beside the limit, in numbers. */
export interface Chart extends Omit<Drawing, 'sameClock'> {
  readonly lines: readonly Line[];
  readonly stopped: readonly Stopped[];
  /** When a process was first seen to be OOM killed: its parent reads that at once. */
  readonly kills: readonly { readonly container: string; readonly at: number }[];
}

/** A running total as it was read: in order, and one of each moment, for the clock has hundredths of a second only. */
function readings(samples: readonly ContainerSample[], container: string, metric: Metric): readonly Point[] {
  const kept: Point[] = [];
  for (const { at, value } of samples.filter((sample) => sample.leg === container && sample.metric === metric)) {
    if (!Number.isFinite(at) || !Number.isFinite(value)) continue;
    const last = kept.at(-1);
    if (last !== undefined && at < last.at) continue;
    if (last?.at === at) kept.pop();
    kept.push({ at, value });
  }
  return kept;
}

/** Each two readings that follow each other. */
function steps(points: readonly Point[]): readonly (readonly [from: Point, to: Point])[] {
  return points.slice(1).map((to, index) => [points[index] ?? to, to] as const);
}

function rates(totals: readonly Point[]): readonly Point[] {
  const made = steps(totals).map(([from, to]) => ({ at: from.at, value: (to.value - from.value) / (to.at - from.at) }));
  const [last, end] = [made.at(-1), totals.at(-1)];
  return last === undefined || end === undefined ? [] : [...made, { at: end.at, value: last.value }];
}

/** The samples of a check as lines over time; undefined where there are not two moments of any container. Pure. */
export function chartOf(samples: readonly ContainerSample[], { sameClock, ...drawing }: Drawing): Chart | undefined {
  const containers = [...new Set(samples.map(({ leg }) => leg))];
  const totals = new Map(containers.map((container) => [container, readings(samples, container, drawing.metric)]));
  const first = Math.min(...[...totals.values()].flatMap((points) => points[0]?.at ?? []));
  const since = (container: string, at: number): number =>
    at - (sameClock ? first : (totals.get(container)?.[0]?.at ?? at));
  const lines = containers.flatMap((container): Line[] => {
    const read = totals.get(container) ?? [];
    const points = drawing.as === 'rate' ? rates(read) : read;
    return points.length === 0
      ? []
      : [{ container, points: points.map((one) => ({ ...one, at: since(container, one.at) })) }];
  });
  if (lines.every(({ points }) => points.length < 2)) return undefined;
  const grown = (metric: Metric) =>
    lines.flatMap(({ container }) =>
      steps(readings(samples, container, metric)).flatMap(([from, to]) =>
        to.value > from.value
          ? [{ container, from: since(container, from.at), to: since(container, to.at), by: to.value - from.value }]
          : [],
      ),
    );
  return {
    ...drawing,
    lines,
    stopped: grown('throttled').map(({ by, ...rest }) => ({ ...rest, periods: by })),
    kills: grown('kills').map(({ container, to }) => ({ container, at: to })),
  };
}
