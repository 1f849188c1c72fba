import type { Refused } from '../engine/engineCalls';

export const metrics = ['cpu', 'throttled', 'memory', 'kills', 'bytes', 'operations', 'processes'] as const;
export type Metric = (typeof metrics)[number];

/** One number of one moment, for a chart. */
export interface Sample {
  /** Seconds on the machine's uptime clock, the same for all containers of a run. */
  readonly at: number;
  readonly metric: Metric;
  /** A running total: CPU seconds used, periods throttled, bytes, OOM kills, operations, processes. */
  readonly value: number;
}

/** Everything a container of a check left behind. Plain data: a recorded run is a test's fixture. */
export interface ContainerEvidence {
  /** What the workload printed, `key value` a line, in order. */
  readonly lines: readonly (readonly [key: string, value: string])[];
  readonly errors: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** The engine's warnings when it made the container. */
  readonly warnings: readonly string[];
  /** Fields of the HostConfig asked for that the engine did not keep. */
  readonly dropped: readonly string[];
  /** The engine would not make or start it. */
  readonly refused?: Refused;
  /** It did not end in time, or the engine fell silent: what happened. */
  readonly broken?: string;
}

/** The last value printed under a key. */
export function valueOf(evidence: ContainerEvidence, key: string): string | undefined {
  return evidence.lines.findLast(([name]) => name === key)?.[1];
}

export function valuesOf(evidence: ContainerEvidence, key: string): string[] {
  return evidence.lines.filter(([name]) => name === key).map(([, value]) => value);
}

/** NaN when it was not printed or is no number. */
export function numberOf(evidence: ContainerEvidence, key: string): number {
  const text = valueOf(evidence, key);
  return text === undefined || text === '' ? Number.NaN : Number(text);
}

/** A counter of a file of counters (`oom_kill 1`), printed line by line under a key; 0 when it is not there. */
export function counterOf(evidence: ContainerEvidence, key: string, counter: string): number {
  const line = valuesOf(evidence, key).findLast((value) => value.startsWith(`${counter} `));
  return line === undefined ? 0 : Number(line.slice(counter.length + 1));
}

/** Whether the workload came to its last line. */
export function isComplete(evidence: ContainerEvidence): boolean {
  return evidence.lines.at(-1)?.[0] === 'end';
}

/** A line as the workload prints it; undefined for one that says nothing. */
export function parseLine(line: string): readonly [string, string] | undefined {
  const text = line.trimEnd();
  if (text === '') return undefined;
  const blank = text.indexOf(' ');
  return blank < 0 ? [text, ''] : [text.slice(0, blank), text.slice(blank + 1)];
}

/** A line that is a number for a chart: `cpu` (see `script.ts`) or `sample AT METRIC VALUE`. */
export function samplesOf([key, value]: readonly [string, string]): Sample[] {
  const fields = value.split(' ');
  if (key === 'sample') {
    const [at, name, number] = fields;
    const metric = metrics.find((known) => known === name);
    const sample = { at: Number(at), value: Number(number) };
    return metric === undefined || Number.isNaN(sample.value) ? [] : [{ ...sample, metric }];
  }
  if (key !== 'cpu') return [];
  const [from, to, used, , throttled] = fields.map(Number);
  const at = ((from ?? 0) + (to ?? 0)) / 2;
  const cpu: Sample = { at, metric: 'cpu', value: (used ?? 0) / 1e6 };
  return throttled === undefined || Number.isNaN(throttled)
    ? [cpu]
    : [cpu, { at, metric: 'throttled', value: throttled }];
}
