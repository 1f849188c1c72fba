import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../src/limits/catalogue';
import { chartOf } from '../../../src/limits/chart';
import { samplesOf, type Metric } from '../../../src/limits/containerEvidence';
import type { Drawing } from '../../../src/limits/limitCheck';
import type { ContainerSample } from '../../../src/limits/runResult';
import { recorded, type Recording } from './recordings';

const of = (
  leg: string,
  metric: Metric,
  ...points: readonly (readonly [at: number, value: number])[]
): ContainerSample[] => points.map(([at, value]) => ({ leg, metric, at, value }));
const rate: Drawing = { metric: 'cpu', as: 'rate', limit: 0.25 };
const total: Drawing = { metric: 'memory', as: 'total', limit: 64 };

/** What a run would have kept of a recorded check. */
function samplesOfRecording({ evidence }: Recording): ContainerSample[] {
  return Object.entries(evidence).flatMap(([leg, { lines }]) =>
    lines.flatMap(samplesOf).map((sample) => ({ leg, ...sample })),
  );
}

function drawn(id: string): NonNullable<ReturnType<typeof chartOf>> {
  const recording = recorded(id);
  const { drawing } = recording.check;
  const chart = drawing && chartOf(samplesOfRecording(recording), drawing);
  if (chart === undefined) throw new Error(`there is nothing to draw of ${id}`);
  return chart;
}

describe('a rate', () => {
  test('is what came from one reading to the next, and holds until there', () => {
    const chart = chartOf(of('limited', 'cpu', [100, 7], [101, 7.5], [103, 7.9]), rate);
    expect(chart?.lines).toEqual([
      {
        container: 'limited',
        points: [
          { at: 0, value: 0.5 },
          { at: 1, value: expect.closeTo(0.2) },
          { at: 3, value: expect.closeTo(0.2) },
        ],
      },
    ]);
  });

  test('is true where two readings fell into the same hundredth of a second', () => {
    const chart = chartOf(of('limited', 'cpu', [1, 0], [1, 1], [2, 2]), rate);
    expect(chart?.lines[0]?.points.map(({ value }) => value)).toEqual([1, 1]);
  });
});

describe('lines', () => {
  const apart = [...of('limited', 'memory', [10, 1], [11, 2]), ...of('control', 'memory', [20, 1], [22, 9])];

  test('begin where each container began, or by one clock where the containers compete', () => {
    const begins = (drawing: Drawing) => chartOf(apart, drawing)?.lines.map(({ points }) => points.map(({ at }) => at));
    expect(begins(total)).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(begins({ ...total, sameClock: true })).toEqual([
      [0, 1],
      [10, 12],
    ]);
  });

  test('are of the one metric; one moment is a line where another has two, for forks may all be in one', () => {
    const samples = [...apart, ...of('short', 'memory', [1, 1]), ...of('other', 'cpu', [1, 1], [2, 2])];
    expect(chartOf(samples, total)?.lines.map(({ container }) => container)).toEqual(['limited', 'control', 'short']);
    expect(chartOf(of('short', 'memory', [1, 1]), total)).toBeUndefined();
    expect(chartOf([], total)).toBeUndefined();
  });

  test('leave out what is no number and what goes back in time', () => {
    const samples = of('limited', 'memory', [1, 1], [Number.NaN, 5], [2, Infinity], [3, 3], [2, 9]);
    expect(chartOf(samples, total)?.lines[0]?.points).toEqual([
      { at: 0, value: 1 },
      { at: 2, value: 3 },
    ]);
  });
});

describe('what a limit does', () => {
  test('is the periods it stopped the container in, between the readings', () => {
    const samples = [
      ...of('limited', 'cpu', [5, 0], [6, 1], [7, 2]),
      ...of('limited', 'throttled', [5, 3], [6, 3], [7, 8]),
      ...of('control', 'cpu', [9, 0], [10, 1]),
    ];
    expect(chartOf(samples, rate)?.stopped).toEqual([{ container: 'limited', from: 1, to: 2, periods: 5 }]);
  });

  test('is the moment at which a kill was first seen', () => {
    const samples = [
      ...of('limited', 'memory', [5, 1], [6, 9], [7, 9]),
      ...of('limited', 'kills', [5, 0], [6.25, 1], [7, 1]),
    ];
    expect(chartOf(samples, total)?.kills).toEqual([{ container: 'limited', at: 1.25 }]);
  });
});

describe('recorded runs', () => {
  test('show a quota that holds, with the periods in which it stopped the container', () => {
    const { lines, stopped, limit } = drawn('cpu.quota');
    const mean = (container: string): number => {
      const values = lines.find((line) => line.container === container)?.points.map(({ value }) => value) ?? [];
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(limit).toBe(0.25);
    expect(mean('limited')).toBeLessThan(0.3);
    expect(mean('control')).toBeGreaterThan(0.5);
    expect(stopped.reduce((sum, { periods }) => sum + periods, 0)).toBeGreaterThan(10);
    expect(stopped.every(({ container }) => container === 'limited')).toBe(true);
  });

  test('show memory that goes up to its limit and no further', () => {
    const { lines, limit = 0 } = drawn('memory.limit');
    const top = (container: string): number =>
      Math.max(...(lines.find((line) => line.container === container)?.points ?? []).map(({ value }) => value));
    expect(top('limited')).toBeLessThanOrEqual(limit);
    expect(top('control')).toBeGreaterThan(2 * limit);
  });

  test('are there for every check that samples', () => {
    const ids = catalogue.filter(({ drawing }) => drawing !== undefined).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['pids.limit', 'io.write-bytes', 'io.read-operations', 'cpu.shares']));
  });
});

describe('what a workload prints', () => {
  test('is a sample when it names a metric and a number', () => {
    expect(samplesOf(['sample', '12.34 kills 1'])).toEqual([{ at: 12.34, metric: 'kills', value: 1 }]);
    expect(samplesOf(['sample', '12.34 kills'])).toEqual([]);
    expect(samplesOf(['sample', '12.34 __proto__ 1'])).toEqual([]);
  });
});
