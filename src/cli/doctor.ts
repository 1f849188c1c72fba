import { readFile, stat, writeFile } from 'node:fs/promises';
import { diagnose } from '../diagnosis/diagnose';
import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import { maxFactsBytes, parseFacts } from '../host/factsFile';
import { redact } from '../report/redact';
import { reportJunit, reportSarif } from '../report/exchange';
import { reportMarkdown } from '../report/markdown';
import { reportText } from '../report/text';
import type { Facts } from '../host/facts/facts';
import { pause } from '../util/async';
import { exitStatus, type ExitStatus } from './exitStatus';
import { printLine, type Terminal } from './terminal';

export const doctorFormats = ['text', 'json', 'junit', 'sarif', 'markdown'] as const;
export type DoctorFormat = (typeof doctorFormats)[number];

export interface DoctorOptions {
  readonly format: DoctorFormat;
  /** Judge the facts in this file instead of this machine. */
  readonly facts?: string;
  /** Write the facts there, without secrets. */
  readonly factsOut?: string;
  /** Go on until Ctrl-C, and print the report again when it changes. */
  readonly watch: boolean;
}

export interface DoctorParts {
  readonly terminal: Terminal;
  readonly version: string;
  readonly takeFacts: () => Promise<Facts>;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks of `--watch`. */
  readonly everyMs: number;
}

/** 1 with errors; 3 when something could not be judged and the engine has not shown that it works; else 0. */
export function doctorExit({ sum, engineWorks }: Diagnosis): ExitStatus {
  if (sum.error > 0) return exitStatus.notFine;
  return sum.undecided > 0 && !engineWorks ? exitStatus.unclear : exitStatus.fine;
}

/** Facts out of a file; throws an `Error` with one sentence for people. */
export async function readFactsFile(path: string): Promise<Facts> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maxFactsBytes) throw new Error(`it has ${String(size)} bytes, more than any facts have`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return parseFacts(text, path);
}

function render(diagnosis: Diagnosis, format: DoctorFormat, parts: DoctorParts): string {
  switch (format) {
    case 'text':
      return `${reportText(diagnosis, parts.terminal.paint.out).join('\n')}\n`;
    case 'json':
      return `${JSON.stringify(diagnosis)}\n`;
    case 'junit':
      return reportJunit(diagnosis);
    case 'sarif':
      return reportSarif(diagnosis, parts.version);
    case 'markdown':
      return reportMarkdown(diagnosis);
  }
}

/** What a report says, without what differs between two looks at the same machine. */
function essence({ findings, undecided }: Diagnosis): string {
  return JSON.stringify([
    findings.map(({ id, severity, title }) => [id, severity, title]),
    undecided.map(({ id }) => id),
  ]);
}

/** `doctor`: facts, judged, as a report on stdout. */
export async function runDoctor(options: DoctorOptions, parts: DoctorParts): Promise<ExitStatus> {
  const { terminal, signal } = parts;
  const { facts: path } = options;
  if (options.watch && path !== undefined) {
    printLine(terminal.err, 'error: --watch looks at this machine, and --facts at a file; choose one of them.');
    return exitStatus.usage;
  }
  let last = '';
  for (;;) {
    let facts: Facts;
    try {
      facts = path === undefined ? await parts.takeFacts() : await readFactsFile(path);
      if (options.factsOut !== undefined) {
        await writeFile(options.factsOut, `${JSON.stringify(redact(facts), null, 1)}\n`, { mode: 0o600 });
      }
    } catch (error) {
      printLine(terminal.err, `error: ${error instanceof Error ? error.message : String(error)}`);
      return exitStatus.usage;
    }
    const diagnosis = diagnose(facts);
    if (essence(diagnosis) !== last) {
      const clear = options.watch && options.format === 'text' && terminal.interactive ? '\u001b[2J\u001b[H' : '';
      terminal.out.write(clear + render(diagnosis, options.format, parts));
      last = essence(diagnosis);
    }
    if (!options.watch) return doctorExit(diagnosis);
    await pause(parts.everyMs, signal);
    if (signal.aborted) return doctorExit(diagnosis);
  }
}
