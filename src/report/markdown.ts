import { reportSurface, sanitizeForDisplay } from '../util/sanitize';
import type { DiagnosisReport, FindingCheck } from './model';

/** Text in which nothing of Markdown or HTML acts. */
export function escapeMarkdown(text: string): string {
  return sanitizeForDisplay(text, reportSurface)
    .replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@/g, '&#64;');
}

/** A code span that its content cannot end. */
function code(text: string): string {
  const clean = sanitizeForDisplay(text, reportSurface);
  const fence = '`'.repeat(1 + Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length)));
  return `${fence} ${clean} ${fence}`;
}

const severityWords: Readonly<Record<FindingCheck['severity'], string>> = {
  info: 'Note',
  warning: 'Warning',
  error: 'Error',
};

function findingParts(finding: FindingCheck): string[] {
  const { severity, title, id, cause, consequence, evidence, symptoms, remedy } = finding;
  const follows = symptoms.map((one) => `- ${escapeMarkdown(one.title)} (${code(one.id)})`);
  return [
    `## ${severityWords[severity]}: ${escapeMarkdown(title)}`,
    `${code(id)}: ${escapeMarkdown(cause)} ${escapeMarkdown(consequence)}`,
    evidence.map(({ source, value }) => `- ${code(source)}: ${code(value)}`).join('\n'),
    follows.length === 0 ? '' : `From this follows:\n\n${follows.join('\n')}`,
    `**${escapeMarkdown(remedy.summary)}** ${code(remedy.command)}`,
  ];
}

/** The report to paste into an issue. */
export function reportMarkdown({ headline, summary, at, platform, findings, skipped }: DiagnosisReport): string {
  const links = platform.map(({ name, confidence }) => `${name} (${confidence})`);
  const open = skipped.map(({ id, cause }) => `- ${code(id)}: ${escapeMarkdown(cause)}`);
  const parts = [
    '# Docker diagnosis',
    `${headline === '' ? '' : `**${escapeMarkdown(headline)}.** `}${summary} Facts of ${escapeMarkdown(at)}.`,
    links.length === 0 ? '' : `Platform: ${links.join(' > ')}.`,
    ...findings.flatMap(findingParts),
    ...(open.length === 0 ? [] : ['## Could not be judged', open.join('\n')]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
