import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import { areaTitles, type Finding, type Severity } from '../diagnosis/finding';

/** How a report is coloured; a `Paint` of the command line is one. */
export interface ReportPaint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

/** Control characters would move the cursor or recolour the terminal; a log line or an API answer may hold any. */
export function harmlessText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').slice(0, 2000);
}

const marks: Readonly<Record<Severity | 'undecided', string>> = {
  ok: '✓',
  info: '•',
  warning: '!',
  error: '✗',
  undecided: '?',
};

function plural(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** `2 errors, 1 warning, 3 remarks; 4 checks could not be made`. */
export function sumLine({ sum }: Diagnosis): string {
  const parts = [
    ...(sum.error > 0 ? [plural(sum.error, 'error')] : []),
    ...(sum.warning > 0 ? [plural(sum.warning, 'warning')] : []),
    ...(sum.info > 0 ? [plural(sum.info, 'remark')] : []),
  ];
  const open = sum.undecided > 0 ? `; ${plural(sum.undecided, 'check')} could not be made` : '';
  return `${parts.length === 0 ? 'Nothing is wrong' : parts.join(', ')}${open}.`;
}

function details(finding: Finding, paint: ReportPaint): string[] {
  const { title, cause, consequence, evidence, remedy, explains, id, severity } = finding;
  const colour = severity === 'error' ? paint.bad : severity === 'warning' ? paint.warn : paint.dim;
  const lines = [`  ${colour(`${marks[severity]} ${harmlessText(title)}`)} ${paint.dim(`[${id}]`)}`];
  if (severity === 'info') return lines;
  lines.push(`      ${harmlessText(cause)} ${harmlessText(consequence)}`);
  for (const { source, value } of evidence)
    lines.push(`      ${paint.dim(`${harmlessText(source)}: ${harmlessText(value)}`)}`);
  for (const symptom of explains) lines.push(`      → ${harmlessText(symptom.title)} ${paint.dim(`[${symptom.id}]`)}`);
  lines.push(`      ${paint.bold(harmlessText(remedy.summary))}`, `        ${harmlessText(remedy.command)}`);
  if (remedy.action !== undefined) lines.push(`        ${paint.dim(`or: dind-station fix ${id}`)}`);
  return lines;
}

/** ` kubernetes > docker > code-server?`: what is only likely or a hint has a question mark. */
function platformWords({ platform }: Diagnosis): string {
  const links = platform.map(({ name, confidence }) => `${name}${confidence === 'certain' ? '' : '?'}`);
  return links.length === 0 ? '' : ` ${links.join(' > ')}`;
}

/** The report for a terminal: a line for each area, details of what is not fine, a closing sum. */
export function reportText(diagnosis: Diagnosis, paint: ReportPaint): string[] {
  const lines = diagnosis.areas.flatMap(({ area, severity }) => {
    const colour = { ok: paint.good, info: paint.good, warning: paint.warn, error: paint.bad, undecided: paint.warn }[
      severity
    ];
    const head = colour(`${marks[severity === 'info' ? 'ok' : severity]} ${areaTitles[area]}`);
    const after = area === 'platform' ? paint.dim(platformWords(diagnosis)) : '';
    const open = diagnosis.undecided.filter((item) => item.area === area);
    const reasons = [...new Set(open.map(({ reason }) => harmlessText(reason)))];
    const notes =
      open.length === 0
        ? []
        : [`  ${paint.dim(`? ${plural(open.length, 'check')} could not be made: ${reasons.slice(0, 2).join('; ')}`)}`];
    return [
      `${head}${after}`,
      ...diagnosis.findings.filter((finding) => finding.area === area).flatMap((finding) => details(finding, paint)),
      ...notes,
    ];
  });
  return [...lines, '', paint.bold(sumLine(diagnosis))];
}
