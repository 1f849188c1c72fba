import type { Chart, Line } from '../../limits/chart';
import type { Drawing } from '../../limits/limitCheck';
import type { ChartLine, ChartView } from '../../webview/protocol';
import { MiB } from '../../util/format';

interface Unit {
  readonly name: string;
  readonly divisor: number;
  readonly digits: number;
}

function unitOf({ metric, as }: Pick<Drawing, 'metric' | 'as'>): Unit {
  switch (metric) {
    case 'cpu':
      return { name: as === 'rate' ? 'CPUs' : 'seconds of CPU', divisor: 1, digits: 2 };
    case 'memory':
    case 'bytes':
      return { name: as === 'rate' ? 'MiB/s' : 'MiB', divisor: MiB, digits: 1 };
    case 'operations':
      return { name: as === 'rate' ? 'operations/s' : 'operations', divisor: 1, digits: 0 };
    case 'processes':
      return { name: as === 'rate' ? 'processes/s' : 'processes', divisor: 1, digits: 0 };
  }
}

/** What the containers of checks are to the reader. */
const containerLabels: Readonly<Record<string, string>> = {
  limited: 'limited',
  control: 'unlimited',
  light: 'lighter',
  twin: 'as light',
  heavy: 'heavier',
};

/** Above so many limits the picture ends: a disk without a limit would press the limit to the floor. */
const maxLimits = 3;
/** Rows of the table; a check has some tens of samples. */
const maxRows = 200;

const highest = ({ points }: Line): number => Math.max(...points.map(({ value }) => value));

/** `0.25 CPUs`. */
function amount(value: number, { name, divisor, digits }: Unit): string {
  return `${(value / divisor).toFixed(digits)} ${name}`;
}

function lineView(line: Line, unit: Unit, top: number): ChartLine {
  const { container, points } = line;
  return {
    label: containerLabels[container] ?? container,
    style: container === 'limited' || container === 'control' ? container : 'other',
    points: points.map(({ at, value }) => [at, value / unit.divisor]),
    ...(highest(line) > top && { beyond: `up to ${amount(highest(line), unit)}` }),
  };
}

function summaryOf({ lines, limit, stopped, kills }: Chart, unit: Unit): string {
  const used = lines.map(
    (line) => `${containerLabels[line.container] ?? line.container} at most ${amount(highest(line), unit)}`,
  );
  const periods = stopped.reduce((sum, one) => sum + one.periods, 0);
  const said = used.join(', ');
  return [
    `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
    ...(limit === undefined ? [] : [`The limit is ${amount(limit, unit)}.`]),
    ...(periods === 0 ? [] : [`It stopped the container in ${String(periods)} periods.`]),
    ...kills.map(({ at }) => `A process was OOM killed after ${at.toFixed(2)} s.`),
  ].join(' ');
}

/** Every moment with what each container did then. */
function tableOf({ lines, stopped, kills }: Chart, unit: Unit): ChartView['table'] {
  const moments = [...new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))].toSorted((a, b) => a - b);
  const valueAt = ({ points }: Line, at: number): string => {
    const point = points.find((one) => one.at === at);
    return point === undefined ? '' : (point.value / unit.divisor).toFixed(unit.digits);
  };
  const periodsAt = (at: number): string => {
    const here = stopped.filter(({ from }) => from === at);
    return here.length === 0 ? '' : String(here.reduce((sum, { periods }) => sum + periods, 0));
  };
  return {
    head: [
      'Seconds',
      ...lines.map(({ container }) => `${unit.name}, ${containerLabels[container] ?? container}`),
      ...(stopped.length > 0 ? ['Periods stopped'] : []),
      ...(kills.length > 0 ? ['OOM kill'] : []),
    ],
    rows: moments
      .slice(0, maxRows)
      .map((at) => [
        at.toFixed(2),
        ...lines.map((line) => valueAt(line, at)),
        ...(stopped.length > 0 ? [periodsAt(at)] : []),
        ...(kills.length > 0 ? [kills.some((kill) => kill.at === at) ? 'yes' : ''] : []),
      ]),
  };
}

/** A chart in the reader's units, with all that is said of it. Pure. */
export function chartView(drawn: Chart): ChartView {
  // Which of two containers was first is chance; what the chart is about comes first.
  const limitedFirst = drawn.lines.toSorted(
    (a, b) => Number(b.container === 'limited') - Number(a.container === 'limited'),
  );
  const chart = { ...drawn, lines: limitedFirst };
  const unit = unitOf(chart);
  const { limit, lines, stopped, kills } = chart;
  const max = Math.max(limit ?? 0, ...lines.map(highest));
  // A little air above what is highest, and a picture even where nothing was used at all.
  const top = 1.1 * (limit === undefined ? max : Math.min(max, limit * maxLimits)) || 1;
  const ends = lines.flatMap(({ points }) => points.at(-1)?.at ?? []);
  return {
    unit: unit.name,
    stepped: chart.as === 'rate',
    ...(limit !== undefined && { limit: limit / unit.divisor }),
    width: Math.max(0.01, ...ends),
    top: top / unit.divisor,
    lines: lines.map((line) => lineView(line, unit, top)),
    // The kernel tells how many periods there were between two readings, not which.
    stops: stopped.flatMap(({ from, to, periods }) =>
      Array.from({ length: Math.min(periods, 100) }, (_none, index) => from + ((index + 0.5) / periods) * (to - from)),
    ),
    kills: kills.map(({ at }) => at),
    summary: summaryOf(chart, unit),
    table: tableOf(chart, unit),
  };
}
