import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import { harmlessText, sumLine } from './text';

/** Text in which nothing of Markdown or HTML acts. */
export function escapeMarkdown(text: string): string {
  return harmlessText(text)
    .replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/@/g, '&#64;');
}

/** A code span that its content cannot end. */
function code(text: string): string {
  const clean = harmlessText(text);
  const fence = '`'.repeat(1 + Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length)));
  return `${fence} ${clean} ${fence}`;
}

/** The report to paste into an issue. */
export function reportMarkdown(diagnosis: Diagnosis): string {
  const parts = ['# Docker diagnosis', `${sumLine(diagnosis)} Facts of ${escapeMarkdown(diagnosis.takenAt)}.`];
  if (diagnosis.platform.length > 0)
    parts.push(`Platform: ${diagnosis.platform.map(({ name, confidence }) => `${name} (${confidence})`).join(' > ')}.`);
  for (const { severity, title, id, cause, consequence, evidence, explains, remedy } of diagnosis.findings) {
    parts.push(
      `## ${severity === 'info' ? 'Remark' : severity === 'error' ? 'Error' : 'Warning'}: ${escapeMarkdown(title)}`,
      `${code(id)}: ${escapeMarkdown(cause)} ${escapeMarkdown(consequence)}`,
      evidence.map(({ source, value }) => `- ${code(source)}: ${code(value)}`).join('\n'),
    );
    if (explains.length > 0)
      parts.push(
        `From this follows:\n\n${explains.map((one) => `- ${escapeMarkdown(one.title)} (${code(one.id)})`).join('\n')}`,
      );
    parts.push(`**${escapeMarkdown(remedy.summary)}** ${code(remedy.command)}`);
  }
  if (diagnosis.undecided.length > 0) {
    parts.push(
      '## Could not be judged',
      diagnosis.undecided.map(({ id, reason }) => `- ${code(id)}: ${escapeMarkdown(reason)}`).join('\n'),
    );
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
