import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import { redact } from '../../report/redact';
import { escapeMarkdown, reportMarkdown } from '../../report/markdown';
import { diagnosisReport } from '../../report/model';
import type { CgroupNode, SummaryCard, Page, Row } from '../../webview/protocol';
import { limitsMarkdown } from './limitsView';
import { pageOf, type PageInput } from './page';

/** The diagnosis and what was checked of limits, for pasting: without what looks like a secret. */
export function pasteable({ diagnosis, limits }: Pick<PageInput, 'diagnosis' | 'limits'>): string {
  const proven = limits.length === 0 ? [] : ['## Limits', limitsMarkdown(redact(limits) as PageInput['limits']), ''];
  return [reportMarkdown(diagnosisReport(redact(diagnosis) as Diagnosis)), ...proven].join('\n');
}

/** Facts, diagnosis and what was checked of limits as one JSON text, without what looks like a secret. */
export function rawJson({ facts, diagnosis, limits }: Pick<PageInput, 'facts' | 'diagnosis' | 'limits'>): string {
  return `${JSON.stringify(redact({ diagnosis, facts, ...(limits.length > 0 && { limits }) }), null, 2)}\n`;
}

function rowLines(rows: readonly Row[], indent = ''): readonly string[] {
  return rows.map(({ label, value }) => `${indent}- ${escapeMarkdown(label)}: ${escapeMarkdown(value)}`);
}

function cardMarkdown({ title, rows }: SummaryCard): string {
  return [`### ${escapeMarkdown(title)}`, rowLines(rows).join('\n')].join('\n\n');
}

function nodeLines(node: CgroupNode, indent = ''): readonly string[] {
  const { folder, role, controllers, rows, broken, children } = node;
  const names = controllers.map(
    ({ name, reach }) =>
      `${name} ${reach === 'passed' ? '(delegated)' : reach === 'held' ? '(ends here)' : '(absent)'}`,
  );
  return [
    ...(broken === undefined ? [] : [`${indent}- **${escapeMarkdown(broken)}**`]),
    `${indent}- ${folder === '' ? '' : `${escapeMarkdown(folder)}: `}${escapeMarkdown(role)}${names.length === 0 ? '' : `; ${escapeMarkdown(names.join(', '))}`}`,
    ...rowLines(rows, `${indent}  `),
    ...children.flatMap((child) => nodeLines(child, `${indent}  `)),
  ];
}

function cgroups(picture: Page['cgroups']): string {
  if ('unreadable' in picture) return `Not readable: ${escapeMarkdown(picture.unreadable)}`;
  return [
    escapeMarkdown(picture.summary),
    ...picture.trees.map(({ title, root }) => `### ${escapeMarkdown(title)}\n\n${nodeLines(root).join('\n')}`),
    rowLines(picture.effective).join('\n'),
  ].join('\n\n');
}

/** A block that its content cannot end: four spaces before each line. */
function block(lines: readonly string[]): string {
  return lines.map((line) => `    ${line.replaceAll('\n', ' ')}`).join('\n');
}

/**
 * All the page shows, as a Markdown document for a file or for an editor without a page. Secrets are taken out of facts
 * and diagnosis before anything is put together.
 *
 * @param preface why there is a document instead of a page; empty for none
 */
export function reportDocument(input: PageInput, preface = ''): string {
  const clean: PageInput = {
    ...input,
    facts: redact(input.facts) as PageInput['facts'],
    diagnosis: redact(input.diagnosis) as Diagnosis,
    limits: redact(input.limits) as PageInput['limits'],
  };
  const page = pageOf(clean);
  const parts = [
    preface,
    `**${escapeMarkdown(page.banner.headline)}.** ${escapeMarkdown(page.banner.detail)} ${escapeMarkdown(page.taken)}.`,
    reportMarkdown(diagnosisReport(clean.diagnosis)),
    '## Control groups',
    cgroups(page.cgroups),
    ...(clean.limits.length === 0 ? [] : ['## Limits', limitsMarkdown(clean.limits)]),
    '## Platform',
    page.platform
      .map(({ name, layer, confidence }) => `- ${escapeMarkdown(`${name} (${layer}, ${confidence})`)}`)
      .join('\n') || 'It leaves no trace that is known.',
    '## Facts',
    ...page.summaryCards.map(cardMarkdown),
    '## History',
    page.history
      .map(({ at, what, why, took }) => `- ${escapeMarkdown(`${at}: ${what}, ${why} (${took})`)}`)
      .join('\n') || 'No start or stop was recorded.',
    "## Daemon's log",
    escapeMarkdown(page.log.note),
    block(page.log.lines.slice(-200).map(({ text }) => text)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
