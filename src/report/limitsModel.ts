import type { Severity } from '../diagnosis/finding';
import { comparisonWords, type Comparison } from '../limits/history';
import { limitAreaTitles } from '../limits/limitCheck';
import { countVerdicts, type LimitsRunResult, type LimitCheckResult } from '../limits/runResult';
import { limitVerdicts, type LimitFinding, type LimitVerdict } from '../limits/verdict';
import type { CheckOutcome, ReportCheck } from './model';
import type { Paint } from './paint';

interface VerdictRow {
  readonly outcome: CheckOutcome;
  readonly severity: Severity;
  readonly colour: keyof Paint;
  /** As the page and documents call it; the command line prints the verdict itself, which scripts look for. */
  readonly title: string;
}

/** What each verdict is worth, wherever it is shown. */
export const verdictRows: Readonly<Record<LimitVerdict, VerdictRow>> = {
  enforced: { outcome: 'passed', severity: 'ok', colour: 'good', title: 'Enforced' },
  'not-enforced': { outcome: 'failed', severity: 'error', colour: 'bad', title: 'Not enforced' },
  unsupported: { outcome: 'skipped', severity: 'info', colour: 'warn', title: 'Unsupported' },
  inconclusive: { outcome: 'errored', severity: 'warning', colour: 'warn', title: 'Inconclusive' },
  error: { outcome: 'errored', severity: 'warning', colour: 'bad', title: 'Not verified' },
};

/** What a check of a limit rests on. */
export type LimitEvidence = 'asked' | 'kernel' | 'observed';

/** A limit that was checked. Its evidence is what was asked for, what the kernel says and what was seen, in this order. */
export interface LimitCheckReport extends ReportCheck {
  readonly verdict: LimitVerdict;
  readonly evidence: readonly { readonly source: LimitEvidence; readonly value: string }[];
  /** After the verdict's words: how it was told, where that is not the usual way. */
  readonly qualifier: string;
  readonly attempts: number;
  /** Milliseconds. */
  readonly ms: number;
  /** How it is beside the earlier runs, in words; empty where there is none. */
  readonly compared: string;
  /** What explains the verdict; empty where nothing does. */
  readonly finding: LimitFinding | '';
}

/** A run of limit checks, as every form of report tells it: text, JUnit, Markdown, the page. */
export interface LimitsReport {
  /** When it began, ISO 8601. */
  readonly at: string;
  /** Milliseconds. */
  readonly ms: number;
  readonly checks: readonly LimitCheckReport[];
  /** How many checks have each verdict that any has, in the order of verdicts. */
  readonly counts: readonly (readonly [verdict: LimitVerdict, count: number])[];
  readonly engine: LimitsRunResult['engine'];
  readonly leftovers: number;
  readonly left: readonly string[];
}

/** One result as a report's check. Pure. */
export function limitCheckReport(result: LimitCheckResult, compared = ''): LimitCheckReport {
  const { id, area, title, verdict, reason, asked, kernel, observed, basis, attempts, ms, finding = '' } = result;
  const { outcome, severity } = verdictRows[verdict];
  const qualifier = basis === 'setting' && verdict === 'enforced' ? ', by its setting' : '';
  const evidence: LimitCheckReport['evidence'] = [
    { source: 'asked', value: asked },
    { source: 'kernel', value: kernel },
    { source: 'observed', value: observed },
  ];
  const told = { title, cause: reason, consequence: '', evidence };
  const how = { outcome, severity, verdict, qualifier };
  return { id, area, areaTitle: limitAreaTitles[area], ...how, ...told, attempts, ms, compared, finding };
}

/** How many have each verdict that any has. */
export function verdictCounts(checks: readonly { readonly verdict: LimitVerdict }[]): LimitsReport['counts'] {
  const counts = countVerdicts(checks);
  return limitVerdicts.flatMap((verdict) => (counts[verdict] === 0 ? [] : [[verdict, counts[verdict]] as const]));
}

/** A run as a report. Pure. */
export function limitsReport(run: LimitsRunResult, compared: ReadonlyMap<string, Comparison>): LimitsReport {
  const { startedAt: at, ms, engine, leftovers, left } = run;
  const checks = run.results.map((result) => {
    const before = compared.get(result.id);
    return limitCheckReport(result, before === undefined ? '' : comparisonWords(before));
  });
  return { at, ms, checks, counts: verdictCounts(checks), engine, leftovers, left };
}
