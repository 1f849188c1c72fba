import { resolveEndpoint, type EndpointReader } from '../engine/endpoint';
import { chooseChecks, checkNames } from '../limits/catalogue';
import { comparisons, historyPath, keepReport, listeningSince } from '../limits/history';
import { runChecks } from '../limits/run';
import { countVerdicts, type LimitsEvent, type LimitsRunResult } from '../limits/runResult';
import { renderLimits, type LimitsFormat } from '../report/formats';
import { eventLine } from '../report/limitsText';
import { exitStatus, type ExitStatus } from './exitStatus';
import { runContainerLimits } from './limitsContainer';
import { printLine, type Terminal } from './terminal';

export interface LimitsOptions {
  readonly only: readonly string[];
  readonly format: LimitsFormat;
  readonly image?: string;
  readonly container?: string;
  readonly host: string | undefined;
}

export interface LimitsParts {
  readonly terminal: Terminal;
  readonly reader: EndpointReader;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asked for once there are containers to remove: from then on Ctrl-C ends in order instead of at once. */
  readonly interrupted: () => AbortSignal;
}

/** 1 for a limit that does not hold, 3 when one could not be told, else 0: what is unsupported is told and no fault. */
export function limitsExit({ results }: Pick<LimitsRunResult, 'results'>): ExitStatus {
  const counts = countVerdicts(results);
  if (counts['not-enforced'] > 0) return exitStatus.notFine;
  return counts.inconclusive + counts.error > 0 ? exitStatus.unclear : exitStatus.fine;
}

/** `limits`: progress on stderr, the table (or JSON, or JUnit's XML) on stdout. */
export async function runLimits(options: LimitsOptions, parts: LimitsParts): Promise<ExitStatus> {
  const { terminal, reader, environment, interrupted } = parts;
  const { out, err, paint } = terminal;
  const usage = (message: string): ExitStatus => {
    printLine(err, `error: ${message}`);
    return exitStatus.usage;
  };
  const chosen = chooseChecks(options.only);
  if (!chosen.ok) {
    return usage(`--only ${chosen.unknown} is no check, expected some of: ${checkNames.join(', ')}.`);
  }
  const resolved = resolveEndpoint(reader, options.host);
  if (!resolved.ok) return usage(resolved.message);
  const { endpoint } = resolved;
  if (options.container !== undefined) {
    if (options.format === 'junit') return usage('--format junit is for the checks; --container prints text or JSON.');
    return runContainerLimits(endpoint, options.container, options.format, terminal);
  }

  const onEvent = (event: LimitsEvent): void => {
    const line = eventLine(event, paint.err);
    if (line !== undefined) printLine(err, line);
  };
  const report = await runChecks({
    endpoint,
    checks: chosen.checks,
    image: options.image,
    signal: interrupted(),
    onEvent,
  });
  const history = historyPath(environment);
  const since = await listeningSince(endpoint);
  const kept = await keepReport(history, report, since);
  if (!kept.ok) printLine(err, paint.err.warn(kept.message));
  const compared = comparisons(kept.before, report, since);
  for (const text of report.left) printLine(err, paint.err.warn(`Left behind until the next start: ${text}`));

  const exit = limitsExit(report);
  out.write(renderLimits(report, options.format, { compared, paint: paint.out, exit }));
  return exit;
}
