import { reportSurface, sanitizeForDisplay } from '../util/sanitize';
import { formatCount } from '../util/format';
import type { DiagnosisReport, FindingCheck, ReportArea, ReportCheck } from './model';
import type { Paint } from './paint';

const clean = (text: string): string => sanitizeForDisplay(text, reportSurface);

/** How each severity stands in a terminal; a remark beside an area's name is none that needs a look. */
const rows: Readonly<Record<ReportArea['severity'], { mark: string; colour: keyof Paint; areaMark?: string }>> = {
  ok: { mark: '✓', colour: 'good' },
  info: { mark: '•', colour: 'good', areaMark: '✓' },
  warning: { mark: '!', colour: 'warn' },
  error: { mark: '✗', colour: 'bad' },
  undecided: { mark: '?', colour: 'warn' },
};

function findingLines(finding: FindingCheck, paint: Paint): string[] {
  const { title, cause, consequence, evidence, remedy, symptoms, id, severity } = finding;
  const { mark, colour } = rows[severity];
  const coloured = paint[severity === 'info' ? 'dim' : colour](`${mark} ${clean(title)}`);
  const head = `  ${coloured} ${paint.dim(`[${id}]`)}`;
  if (severity === 'info') return [head];
  return [
    head,
    `      ${clean(cause)} ${clean(consequence)}`,
    ...evidence.map(({ source, value }) => `      ${paint.dim(`${clean(source)}: ${clean(value)}`)}`),
    ...symptoms.map((symptom) => `      → ${clean(symptom.title)} ${paint.dim(`[${symptom.id}]`)}`),
    `      ${paint.bold(clean(remedy.summary))}`,
    `        ${clean(remedy.command)}`,
    ...(remedy.action === undefined ? [] : [`        ${paint.dim(`or: dind-station fix ${id}`)}`]),
  ];
}

function skippedLines(skipped: readonly ReportCheck[], paint: Paint): string[] {
  if (skipped.length === 0) return [];
  const reasons = [...new Set(skipped.map(({ cause }) => clean(cause)))].slice(0, 2).join('; ');
  return [`  ${paint.dim(`? ${formatCount(skipped.length, 'check')} skipped: ${reasons}`)}`];
}

/** ` kubernetes > docker > code-server?`: what is only likely or a hint has a question mark. */
function platformWords({ platform }: DiagnosisReport): string {
  const links = platform.map(({ name, confidence }) => `${name}${confidence === 'certain' ? '' : '?'}`);
  return links.length === 0 ? '' : ` ${links.join(' > ')}`;
}

/** The verdict in front of everything, with what to do first. */
function verdictLines({ verdict, headline }: DiagnosisReport, paint: Paint): string[] {
  if (verdict === undefined) return [];
  const { mark, colour } = rows[verdict.severity];
  const { action } = verdict;
  return [
    paint[colour](paint.bold(`${mark} ${clean(headline)}`)),
    ...(action === null ? [] : [`    ${clean(action.label)}`, `      ${clean(action.command)}`]),
    '',
  ];
}

/** The report for a terminal: the verdict, a line for each area, details of what is not fine, a closing sum. */
export function reportText(report: DiagnosisReport, paint: Paint): string[] {
  const lines = report.areas.flatMap(({ id, title, severity, findings, skipped }) => {
    const { mark, areaMark = mark, colour } = rows[severity];
    const after = id === 'platform' ? paint.dim(platformWords(report)) : '';
    return [
      `${paint[colour](`${areaMark} ${title}`)}${after}`,
      ...findings.flatMap((finding) => findingLines(finding, paint)),
      ...skippedLines(skipped, paint),
    ];
  });
  const { headline, summary } = report;
  const end = headline === '' ? summary : `${clean(headline)}. ${summary}`;
  return [...verdictLines(report, paint), ...lines, '', paint.bold(end)];
}
