import { budgetWords } from '../limits/budget';
import type { LimitsEvent } from '../limits/runResult';
import { formatSeconds } from '../util/format';
import { verdictRows, type LimitCheckReport, type LimitsReport } from './limitsModel';
import type { Paint } from './paint';

/** A line of progress; undefined for what would only flicker. Pure. */
export function eventLine(event: LimitsEvent, paint: Paint): string | undefined {
  switch (event.event) {
    case 'step':
      return paint.dim(event.detail);
    case 'plan': {
      const { checks, budget, running } = event;
      const others = running === 0 ? '' : `; ${String(running)} running containers are left alone`;
      return `${String(checks.length)} checks: ${budgetWords(budget)}${others}`;
    }
    case 'started':
      return event.attempt === 1
        ? undefined
        : paint.dim(`  ${event.check}: disturbed, attempt ${String(event.attempt)}`);
    case 'judged': {
      const { id, verdict, ms } = event.result;
      const coloured = paint[verdictRows[verdict].colour](verdict.padEnd(12));
      return `  ${id.padEnd(20)} ${coloured} ${paint.dim(formatSeconds(ms))}`;
    }
    case 'sample':
      return undefined;
  }
}

/** What was asked for, what the kernel says and what was seen, a line each. */
export function evidenceLines({ evidence }: LimitCheckReport, dim: (text: string) => string): string[] {
  return evidence.map(
    ({ source, value }) => `  ${dim(source.padEnd(9))} ${value === '' && source === 'kernel' ? '-' : value}`,
  );
}

/** What of earlier runs was removed, for the end of a sum. */
export function leftoverWords({ leftovers }: Pick<LimitsReport, 'leftovers'>): string {
  return leftovers === 0 ? '' : `, ${String(leftovers)} leftovers of an earlier run removed`;
}

function checkLines(check: LimitCheckReport, paint: Paint): string[] {
  const { id, title, verdict, qualifier, cause, attempts, compared, finding, ms } = check;
  const more = [attempts > 1 ? `${String(attempts)} attempts` : '', compared, finding].filter((text) => text !== '');
  const name = paint[verdictRows[verdict].colour](paint.bold(`${verdict}${qualifier}`));
  return [
    '',
    `${name}  ${paint.bold(title)} ${paint.dim(`(${id}, ${formatSeconds(ms)})`)}`,
    `  ${cause}`,
    ...evidenceLines(check, paint.dim),
    ...(more.length === 0 ? [] : [`  ${paint.dim(more.join('; '))}`]),
  ];
}

/** The whole run for people: each limit with what was asked, what the kernel says and what was seen; then the sum. Pure. */
export function limitsLines(report: LimitsReport, paint: Paint): string[] {
  const { checks, counts, engine, ms } = report;
  const sum = counts.map(([verdict, count]) => paint[verdictRows[verdict].colour](`${String(count)} ${verdict}`));
  const about = engine.cgroup === null ? '' : `, engine ${engine.version}, cgroup v${String(engine.cgroup)}`;
  return [
    ...checks.flatMap((check) => checkLines(check, paint)),
    '',
    `${sum.join(', ')}; ${formatSeconds(ms)}${about}${leftoverWords(report)}`,
  ];
}
