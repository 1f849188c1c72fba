import type { LimitsEvent, LimitCheckResult } from '../../limits/runResult';
import { limitCheckReport, type LimitsReport } from '../../report/limitsModel';
import { evidenceLines, leftoverWords } from '../../report/limitsText';
import { consoleSurface, sanitizeForDisplay } from '../../util/sanitize';
import { formatSeconds } from '../../util/format';

function resultLines(result: LimitCheckResult): string[] {
  const check = limitCheckReport(result);
  const { id, title, verdict, qualifier, cause, attempts, ms, finding } = check;
  const tries = attempts > 1 ? `, ${String(attempts)} attempts` : '';
  return [
    `${verdict}${qualifier}: ${title} (${id}, ${formatSeconds(ms)}${tries})`,
    `  ${cause}${finding === '' ? '' : ` [${finding}]`}`,
    ...evidenceLines(check, (text) => text),
  ];
}

/** What is said of an event in the run's output, as it goes. Pure. */
export function eventLines(event: LimitsEvent): readonly string[] {
  switch (event.event) {
    case 'step':
      return [event.detail];
    case 'plan':
      return event.running === 0 ? [] : [`${String(event.running)} running containers are left alone`];
    case 'started':
      return [`${event.check}: ${event.attempt === 1 ? 'started' : `disturbed, attempt ${String(event.attempt)}`}`];
    case 'judged':
      return resultLines(event.result);
    case 'sample':
      return [];
  }
}

/** The end of the output: what changed since the earlier runs, what stayed behind, and the sum. Pure. */
export function reportLines(report: LimitsReport): readonly string[] {
  const { checks, left, counts, ms } = report;
  const sum = counts.map(([verdict, count]) => `${String(count)} ${verdict}`);
  return [
    '',
    ...checks.flatMap(({ id, compared }) => (compared === '' ? [] : [`${id}: ${compared}`])),
    ...left.map((text) => `Left behind until the next start: ${text}`),
    `${sum.join(', ')}; ${formatSeconds(ms)}${leftoverWords(report)}`,
  ];
}

/**
 * A line for the editor's terminal, which wants CRLF and obeys escape sequences: what an engine or a workload said must
 * not move the cursor or colour the rest.
 */
export function terminalLine(text: string): string {
  return `${sanitizeForDisplay(text, consoleSurface).replaceAll('\n', '\r\n  ')}\r\n`;
}
