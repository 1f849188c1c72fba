import { writeFile } from 'node:fs/promises';
import { errorMessage } from '../util/format';
import { supportReport } from '../report/supportReport';
import type { Facts } from '../host/facts/facts';
import { exitStatus, type ExitStatus } from './exitStatus';
import { printLine, type Terminal } from './terminal';

export interface ReportOptions {
  readonly output: string;
  readonly yes: boolean;
}

export interface ReportParts {
  readonly terminal: Terminal;
  readonly version: string;
  readonly takeFacts: () => Promise<Facts>;
  readonly ask: (question: string) => Promise<boolean>;
}

/** `report`: one Markdown file to attach to an issue, shown before it is saved. */
export async function runReport(options: ReportOptions, parts: ReportParts): Promise<ExitStatus> {
  const { terminal } = parts;
  const text = supportReport(await parts.takeFacts(), parts.version);
  terminal.err.write(text);
  printLine(terminal.err, '');
  printLine(terminal.err, `That is all of it: ${String(Buffer.byteLength(text))} bytes, for ${options.output}.`);
  if (!options.yes) {
    if (!terminal.interactive) {
      printLine(terminal.err, 'error: Not a terminal, so nothing was saved. Review the report, then pass --yes.');
      return exitStatus.usage;
    }
    if (!(await parts.ask('Save it?'))) {
      printLine(terminal.err, 'Nothing was saved.');
      return exitStatus.notFine;
    }
  }
  try {
    // Never over another file: a report is no place to lose one.
    await writeFile(options.output, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    printLine(terminal.err, `error: ${options.output} cannot be written: ${errorMessage(error)}`);
    return exitStatus.usage;
  }
  printLine(terminal.out, options.output);
  return exitStatus.fine;
}
