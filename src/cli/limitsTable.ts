import { budgetWords } from '../limits/budget';
import { comparisonWords, type Comparison } from '../limits/history';
import { countVerdicts, type LimitsEvent, type LimitsReport, type ProofResult } from '../limits/report';
import { verdicts, type Verdict } from '../limits/verdict';
import type { Paint } from './terminal';

function colour(verdict: Verdict, paint: Paint): (text: string) => string {
  switch (verdict) {
    case 'enforced':
      return paint.good;
    case 'not-enforced':
    case 'error':
      return paint.bad;
    case 'unsupported':
    case 'inconclusive':
      return paint.warn;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A line of progress; undefined for what would only flicker. Pure. */
export function eventLine(event: LimitsEvent, paint: Paint): string | undefined {
  switch (event.event) {
    case 'step':
      return paint.dim(event.detail);
    case 'plan': {
      const { proofs, budget, running } = event;
      const others = running === 0 ? '' : `; ${String(running)} running containers are left alone`;
      return `${String(proofs.length)} proofs: ${budgetWords(budget)}${others}`;
    }
    case 'started':
      return event.attempt === 1
        ? undefined
        : paint.dim(`  ${event.proof}: disturbed, attempt ${String(event.attempt)}`);
    case 'judged': {
      const { id, verdict, ms } = event.result;
      return `  ${id.padEnd(20)} ${colour(verdict, paint)(verdict.padEnd(12))} ${paint.dim(seconds(ms))}`;
    }
    case 'sample':
      return undefined;
  }
}

function proofLines(result: ProofResult, before: Comparison | undefined, paint: Paint): string[] {
  const { title, verdict, asked, kernel, observed, reason, basis, finding, attempts } = result;
  const name = basis === 'setting' && verdict === 'enforced' ? 'enforced, by its setting' : verdict;
  const rows: [string, string][] = [
    ['asked', asked],
    ['kernel', kernel === '' ? '-' : kernel],
    ['observed', observed],
  ];
  const more = [
    ...(attempts > 1 ? [`${String(attempts)} attempts`] : []),
    ...(before === undefined ? [] : [comparisonWords(before)]),
    ...(finding === undefined ? [] : [finding]),
  ];
  return [
    '',
    `${colour(verdict, paint)(paint.bold(name))}  ${paint.bold(title)} ${paint.dim(`(${result.id}, ${seconds(result.ms)})`)}`,
    `  ${reason}`,
    ...rows.map(([key, value]) => `  ${paint.dim(key.padEnd(9))} ${value}`),
    ...(more.length === 0 ? [] : [`  ${paint.dim(more.join('; '))}`]),
  ];
}

/** The whole run for people: each proof with what was asked, what the kernel says and what was seen; then the sum. Pure. */
export function limitsLines(report: LimitsReport, compared: ReadonlyMap<string, Comparison>, paint: Paint): string[] {
  const counts = countVerdicts(report.results);
  const sum = verdicts.flatMap((verdict) =>
    counts[verdict] === 0 ? [] : [colour(verdict, paint)(`${String(counts[verdict])} ${verdict}`)],
  );
  const engine =
    report.engine.cgroup === null ? '' : `, engine ${report.engine.version}, cgroup v${String(report.engine.cgroup)}`;
  const cleared = report.leftovers === 0 ? '' : `, ${String(report.leftovers)} leftovers of an earlier run removed`;
  return [
    ...report.results.flatMap((result) => proofLines(result, compared.get(result.id), paint)),
    '',
    `${sum.join(', ')}; ${seconds(report.ms)}${engine}${cleared}`,
  ];
}
