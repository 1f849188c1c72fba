import { reportSurface, sanitizeForDisplay } from '../util/sanitize';
import type { LimitCheckReport, LimitsReport } from './limitsModel';
import type { DiagnosisReport, FindingCheck, ReportCheck } from './model';
import { xmlDocument, xmlStyles, type XmlElement } from './xml';

const clean = (text: string): string => sanitizeForDisplay(text, reportSurface);

/** What stands in a test case for how its check came out; nothing for one that passed without a word. */
function outcomeElements(check: ReportCheck, message: string, text: string): readonly XmlElement[] {
  switch (check.outcome) {
    case 'passed':
      return text === '' ? [] : [{ name: 'system-out', attributes: {}, content: `${message}\n${text}` }];
    case 'noted':
      return [];
    case 'failed':
      return [{ name: 'failure', attributes: { type: check.verdict, message }, content: text }];
    case 'skipped':
      return [{ name: 'skipped', attributes: { message } }];
    case 'errored':
      return [{ name: 'error', attributes: { type: check.verdict, message }, content: text }];
  }
}

function testCase(
  attributes: { readonly classname: string; readonly name: string; readonly time?: string },
  content: readonly XmlElement[],
): XmlElement {
  return { name: 'testcase', attributes, content, inline: true };
}

/** JUnit's XML: one test case a finding, a check that could not be made or an area without a finding; remarks pass. */
export function reportJunit({ at, findings, skipped, passed }: DiagnosisReport): string {
  const caseOf = (check: ReportCheck, message: string, text = ''): XmlElement =>
    testCase(
      { classname: `dind-station.${check.area}`, name: clean(check.id) },
      outcomeElements(check, clean(message), clean(text)),
    );
  const textOf = ({ cause, consequence, remedy }: FindingCheck): string =>
    `${cause} ${consequence} ${remedy.summary} ${remedy.command}`;
  const cases = [
    ...findings.map((check) => caseOf(check, check.title, textOf(check))),
    ...skipped.map((check) => caseOf(check, check.cause)),
    ...passed.map((check) => caseOf(check, '')),
  ];
  const attributes = {
    name: 'dind-station doctor',
    tests: cases.length,
    failures: findings.filter(({ outcome }) => outcome === 'failed').length,
    errors: 0,
    skipped: skipped.length,
    timestamp: clean(at),
  };
  return `${xmlDocument({ name: 'testsuite', attributes, content: cases }, xmlStyles.numeric)}\n`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** A run of limit checks as JUnit's XML: not enforced fails, unsupported is skipped, what was not told is an error. Pure. */
export function limitsJunit({ at, ms, checks }: LimitsReport): string {
  const caseOf = (check: LimitCheckReport): XmlElement =>
    testCase(
      { classname: `limits.${check.area}`, name: `${check.id}: ${check.title}`, time: seconds(check.ms) },
      outcomeElements(check, check.cause, check.evidence.map(({ source, value }) => `${source}: ${value}`).join('\n')),
    );
  const count = (of: ReportCheck['outcome']): number => checks.filter(({ outcome }) => outcome === of).length;
  const counts = {
    tests: checks.length,
    failures: count('failed'),
    errors: count('errored'),
    skipped: count('skipped'),
    time: seconds(ms),
  };
  const suite: XmlElement = {
    name: 'testsuite',
    attributes: { name: 'dind-station limits', timestamp: at, ...counts },
    content: checks.map(caseOf),
  };
  return xmlDocument({ name: 'testsuites', attributes: counts, content: [suite] }, xmlStyles.named);
}
