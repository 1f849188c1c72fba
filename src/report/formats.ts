import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import type { Comparison } from '../limits/history';
import type { LimitsRunResult } from '../limits/runResult';
import { limitsJunit, reportJunit } from './junit';
import { limitsReport } from './limitsModel';
import { limitsLines } from './limitsText';
import { reportMarkdown } from './markdown';
import { diagnosisReport } from './model';
import type { Paint } from './paint';
import { reportSarif } from './sarif';
import { reportText } from './text';

export const doctorFormats = ['text', 'json', 'junit', 'sarif', 'markdown'] as const;
export type DoctorFormat = (typeof doctorFormats)[number];

interface DiagnosisContext {
  readonly paint: Paint;
  /** This program's. */
  readonly version: string;
}

/** A row for each format; JSON is the diagnosis itself, of which `schemas/diagnosis.schema.json` is the description. */
const diagnosisFormats: Readonly<Record<DoctorFormat, (diagnosis: Diagnosis, context: DiagnosisContext) => string>> = {
  text: (diagnosis, { paint }) => `${reportText(diagnosisReport(diagnosis), paint).join('\n')}\n`,
  json: (diagnosis) => `${JSON.stringify(diagnosis)}\n`,
  junit: (diagnosis) => reportJunit(diagnosisReport(diagnosis)),
  sarif: (diagnosis, { version }) => reportSarif(diagnosisReport(diagnosis), version),
  markdown: (diagnosis) => reportMarkdown(diagnosisReport(diagnosis)),
};

/** A diagnosis as a whole file. Pure. */
export function renderDiagnosis(diagnosis: Diagnosis, format: DoctorFormat, context: DiagnosisContext): string {
  return diagnosisFormats[format](diagnosis, context);
}

export type LimitsFormat = 'text' | 'json' | 'junit';

interface LimitsContext {
  /** How each result is beside the earlier ones of the same engine, by check. */
  readonly compared: ReadonlyMap<string, Comparison>;
  readonly paint: Paint;
  /** The exit status, which JSON has as well. */
  readonly exit: number;
}

/** A row for each format; JSON is the run itself, each result with how it was before. */
const limitsFormats: Readonly<Record<LimitsFormat, (run: LimitsRunResult, context: LimitsContext) => string>> = {
  text: (run, { compared, paint }) => `${limitsLines(limitsReport(run, compared), paint).join('\n')}\n`,
  json: (run, { compared, exit }) => {
    const results = run.results.map((result) => ({ ...result, before: compared.get(result.id) ?? null }));
    return `${JSON.stringify({ ...run, results, exit })}\n`;
  },
  junit: (run, { compared }) => `${limitsJunit(limitsReport(run, compared))}\n`,
};

/** A run of limit checks as a whole file. Pure. */
export function renderLimits(run: LimitsRunResult, format: LimitsFormat, context: LimitsContext): string {
  return limitsFormats[format](run, context);
}
