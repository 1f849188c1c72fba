import { comparisonWords, type Comparison } from '../../limits/history';
import { type LimitsEvent, type LimitsReport, type ProofResult, countVerdicts } from '../../limits/report';
import { verdicts } from '../../limits/verdict';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function resultLines(result: ProofResult): string[] {
  const { id, title, verdict, reason, asked, kernel, observed, basis, attempts, ms, finding } = result;
  const name = basis === 'setting' && verdict === 'enforced' ? 'enforced, by its setting' : verdict;
  const tries = attempts > 1 ? `, ${String(attempts)} attempts` : '';
  return [
    `${name}: ${title} (${id}, ${seconds(ms)}${tries})`,
    `  ${reason}${finding === undefined ? '' : ` [${finding}]`}`,
    `  asked     ${asked}`,
    `  kernel    ${kernel === '' ? '-' : kernel}`,
    `  observed  ${observed}`,
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
      return [`${event.proof}: ${event.attempt === 1 ? 'started' : `disturbed, attempt ${String(event.attempt)}`}`];
    case 'judged':
      return resultLines(event.result);
    case 'sample':
      return [];
  }
}

/** The end of the output: what changed since the earlier runs, what stayed behind, and the sum. Pure. */
export function reportLines(report: LimitsReport, compared: ReadonlyMap<string, Comparison>): readonly string[] {
  const counts = countVerdicts(report.results);
  const sum = verdicts.flatMap((verdict) => (counts[verdict] === 0 ? [] : [`${String(counts[verdict])} ${verdict}`]));
  const cleared = report.leftovers === 0 ? '' : `, ${String(report.leftovers)} leftovers of an earlier run removed`;
  return [
    '',
    ...[...compared].map(([id, before]) => `${id}: ${comparisonWords(before)}`),
    ...report.left.map((text) => `Left behind until the next start: ${text}`),
    `${sum.join(', ')}; ${seconds(report.ms)}${cleared}`,
  ];
}

/**
 * A line for the editor's terminal, which wants CRLF and obeys escape sequences: what an engine or a workload said must
 * not move the cursor or colour the rest.
 */
export function terminalLine(text: string): string {
  return `${text
    .replace(/\n/gu, '\n  ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}]|[^\P{Cc}\n]/gu, '')
    .replaceAll('\n', '\r\n')}\r\n`;
}
