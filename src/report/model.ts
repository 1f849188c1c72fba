import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import type { RuleId } from '../diagnosis/ruleIds';
import {
  areaTitles,
  type Area,
  type Evidence,
  type Finding,
  type Remedy,
  type Severity,
  type Symptom,
} from '../diagnosis/finding';
import { formatCount } from '../util/format';

/**
 * How a check came out, in the terms of test reports. `noted`: it passed, and there is something to know. `errored`: it was
 * made and tells nothing; `skipped`: it could not be made.
 */
export type CheckOutcome = 'passed' | 'noted' | 'failed' | 'skipped' | 'errored';

/** One line of a report, whatever was checked. Texts are as they were found: who writes them says where they are shown. */
export interface ReportCheck {
  /** Stable. A finding's, a rule's, a limit's; an area's where nothing was found in it. */
  readonly id: string;
  readonly area: string;
  readonly areaTitle: string;
  readonly outcome: CheckOutcome;
  readonly severity: Severity;
  /** The word for how it came out: a finding's severity, a limit's verdict. */
  readonly verdict: string;
  readonly title: string;
  /** Why it came out so. */
  readonly cause: string;
  /** What it means for somebody who uses Docker; may be empty. */
  readonly consequence: string;
  readonly evidence: readonly Evidence[];
}

/** A check that found something. */
export interface FindingCheck extends ReportCheck {
  readonly id: RuleId;
  readonly area: Area;
  readonly outcome: 'failed' | 'noted';
  readonly severity: Exclude<Severity, 'ok'>;
  readonly remedy: Remedy;
  readonly symptoms: readonly Symptom[];
  readonly docs: readonly string[];
}

export interface ReportArea {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity | 'undecided';
  readonly findings: readonly FindingCheck[];
  readonly skipped: readonly ReportCheck[];
}

/** A diagnosis, as every form of report tells it: text, JUnit, SARIF, Markdown, the page. */
export interface DiagnosisReport {
  /** When the facts were taken, ISO 8601. */
  readonly at: string;
  /** `2 errors, 1 warning; 4 checks skipped.` */
  readonly summary: string;
  /** Every area, in the order of reports. */
  readonly areas: readonly ReportArea[];
  /** Worst first. */
  readonly findings: readonly FindingCheck[];
  /** Checks that could not be made. */
  readonly skipped: readonly ReportCheck[];
  /** Areas in which nothing was found. */
  readonly passed: readonly ReportCheck[];
  readonly platform: Diagnosis['platform'];
  /** What is said of it all; undefined where the facts have no answer of an engine. */
  readonly verdict: Diagnosis['verdict'];
  /** The same in a few words: `Docker is running (verified: a container ran at 14:03)`; may be empty. */
  readonly headline: string;
}

function summaryOf({ sum, verdict }: Diagnosis): string {
  const parts = [
    ...(sum.error > 0 ? [formatCount(sum.error, 'error')] : []),
    ...(sum.warning > 0 ? [formatCount(sum.warning, 'warning')] : []),
    ...(sum.info > 0 ? [formatCount(sum.info, 'note')] : []),
  ];
  // A daemon that is stopped is not well, though no check found a reason.
  const nothing = verdict === undefined || verdict.severity === 'ok' ? 'No problems found' : 'No check failed';
  const open = sum.undecided > 0 ? `; ${formatCount(sum.undecided, 'check')} skipped` : '';
  return `${parts.length === 0 ? nothing : parts.join(', ')}${open}.`;
}

function headlineOf({ verdict }: Diagnosis): string {
  if (verdict === undefined) return '';
  return verdict.note === '' ? verdict.title : `${verdict.title} (${verdict.note})`;
}

function findingCheck(finding: Finding): FindingCheck {
  const { id, area, title, cause, consequence, evidence, remedy, explains: symptoms, docs } = finding;
  // What is fine is no finding; a rule that says so anyway has a note to make.
  const severity = finding.severity === 'ok' ? 'info' : finding.severity;
  const outcome = severity === 'info' ? 'noted' : 'failed';
  const told = { title, cause, consequence, evidence, remedy, symptoms, docs };
  return { id, area, areaTitle: areaTitles[area], outcome, severity, verdict: severity, ...told };
}

/** A diagnosis as a report. Pure. */
export function diagnosisReport(diagnosis: Diagnosis): DiagnosisReport {
  const nothing = { title: '', cause: '', consequence: '', evidence: [] } as const;
  const findings = diagnosis.findings.map(findingCheck);
  const skipped = diagnosis.undecided.map(({ id, area, reason }): ReportCheck => {
    const how = { outcome: 'skipped', severity: 'info', verdict: 'undecided' } as const;
    return { ...nothing, id, area, areaTitle: areaTitles[area], ...how, cause: reason };
  });
  const passed = diagnosis.areas
    .filter(({ severity }) => severity === 'ok')
    .map(({ area }): ReportCheck => {
      const how = { outcome: 'passed', severity: 'ok', verdict: 'ok' } as const;
      return { ...nothing, id: area, area, areaTitle: areaTitles[area], ...how };
    });
  const areas = diagnosis.areas.map(({ area, severity }): ReportArea => ({
    id: area,
    title: areaTitles[area],
    severity,
    findings: findings.filter((check) => check.area === area),
    skipped: skipped.filter((check) => check.area === area),
  }));
  const { takenAt: at, platform, verdict } = diagnosis;
  return {
    at,
    summary: summaryOf(diagnosis),
    areas,
    findings,
    skipped,
    passed,
    platform,
    verdict,
    headline: headlineOf(diagnosis),
  };
}
