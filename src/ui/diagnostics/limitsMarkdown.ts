import { escapeMarkdown } from '../../diagnosis/reports/markdown';
import type { ShownResult } from '../limits/status';

/** What was proven, a line for each proof and below it what was asked, told to the kernel and seen. Pure. */
export function limitsMarkdown(results: readonly ShownResult[]): string {
  return results
    .flatMap(({ result, at, compared }) => {
      const { id, title, verdict, reason, asked, kernel, observed, finding } = result;
      const rows = [
        ['asked', asked],
        ['kernel', kernel],
        ['observed', observed],
        ['before', compared ?? ''],
        ['explained by', finding ?? ''],
        ['proven', at],
      ] as const;
      return [
        `- **${escapeMarkdown(verdict)}: ${escapeMarkdown(title)}** (${escapeMarkdown(id)}). ${escapeMarkdown(reason)}`,
        ...rows.filter(([, value]) => value !== '').map(([name, value]) => `  - ${name}: ${escapeMarkdown(value)}`),
      ];
    })
    .join('\n');
}
