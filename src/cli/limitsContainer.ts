import type { Endpoint } from '../engine/endpoint';
import { refusalOf } from '../engine/engineCalls';
import type { Paint } from '../report/paint';
import { errorMessage, formatCpus, formatMiB } from '../util/format';
import { readContainerLimits, type ConfiguredLimit, type ContainerLimits } from '../limits/runningContainer';
import { exitStatus, type ExitStatus } from './exitStatus';
import { printLine, type Terminal } from './terminal';

function value(limit: ConfiguredLimit['limit'], number: number | null | undefined): string {
  if (number === undefined) return '?';
  if (number === null) return 'none';
  if (limit === 'memory') return formatMiB(number);
  return limit === 'cpus' ? formatCpus(number) : String(number);
}

/** A table of the limits, the reason of each below. Pure. */
export function containerLines({ name, source, limits }: ContainerLimits, paint: Paint): string[] {
  const head = ['', 'asked', 'kernel', 'around it', 'used', ''];
  const rows = limits.map((limit) => [
    limit.limit,
    value(limit.limit, limit.configured),
    value(limit.limit, limit.kernel),
    limit.outer === undefined ? '-' : value(limit.limit, limit.outer.value),
    value(limit.limit, limit.used),
    limit.verdict,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd();
  return [
    paint.bold(`${name}, by its ${source}`),
    paint.dim(line(head)),
    ...rows.map(line),
    '',
    ...limits.map(({ limit, reason }) => `${limit}: ${reason}`),
  ];
}

/** 1 where the kernel does not hold what was asked for or something smaller holds first, 3 where it could not be seen. */
export function containerExit({ limits }: Pick<ContainerLimits, 'limits'>): ExitStatus {
  if (limits.some(({ verdict }) => verdict === 'differs' || verdict === 'overruled')) return exitStatus.notFine;
  return limits.some(({ verdict }) => verdict === 'not-seen') ? exitStatus.unclear : exitStatus.fine;
}

/** `limits --container NAME`. */
export async function runContainerLimits(
  endpoint: Endpoint,
  name: string,
  format: 'text' | 'json',
  { out, err, paint }: Terminal,
): Promise<ExitStatus> {
  let found: ContainerLimits;
  try {
    found = await readContainerLimits(endpoint, name);
  } catch (error) {
    const refused = refusalOf(error);
    const reason = refused?.message ?? errorMessage(error);
    printLine(err, paint.err.bad(reason));
    return refused?.status === 404 ? exitStatus.usage : exitStatus.unclear;
  }
  const exit = containerExit(found);
  if (format === 'json') printLine(out, JSON.stringify({ ...found, exit }));
  else for (const line of containerLines(found, paint.out)) printLine(out, line);
  return exit;
}
