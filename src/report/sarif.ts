import { reportSurface, sanitizeForDisplay } from '../util/sanitize';
import type { DiagnosisReport } from './model';

const levels = { info: 'note', warning: 'warning', error: 'error' } as const;

const text = (of: string): { readonly text: string } => ({ text: sanitizeForDisplay(of, reportSurface) });

/** SARIF 2.1.0, for what shows findings of analysers. */
export function reportSarif({ findings, skipped }: DiagnosisReport, version: string): string {
  const run = {
    tool: {
      driver: {
        name: 'dind-station doctor',
        version,
        rules: findings.map(({ id, title, consequence, remedy }) => ({
          id,
          shortDescription: text(title),
          fullDescription: text(consequence),
          help: text(`${remedy.summary} ${remedy.command}`),
        })),
      },
    },
    results: findings.map(({ id, severity, title, cause, evidence }, ruleIndex) => ({
      ruleId: id,
      ruleIndex,
      level: levels[severity],
      message: text(`${title}. ${cause}`),
      properties: { evidence: evidence.map(({ source, value }) => `${text(source).text}: ${text(value).text}`) },
    })),
    invocations: [
      {
        executionSuccessful: true,
        toolExecutionNotifications: skipped.map(({ id, cause }) => ({
          descriptor: { id },
          level: 'note',
          message: text(cause),
        })),
      },
    ],
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, null, 2)}\n`;
}
