import { readFile, stat, writeFile } from 'node:fs/promises';
import { diagnose } from '../diagnosis/diagnose';
import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import { maxFactsBytes, parseFacts } from '../host/factsFile';
import { redact } from '../report/redact';
import { renderDiagnosis, type DoctorFormat } from '../report/formats';
import type { Facts } from '../host/facts/facts';
import { sleep } from '../util/async';
import { errorMessage } from '../util/format';
import { verdictOfFacts } from '../app/factsVerdict';
import type { OverallVerdict } from '../app/verdict';
import { steps } from '../diagnosis/nextStep';
import { typed, type TerminalCommands } from './outcome';
import { exitStatus, type ExitStatus } from './exitStatus';
import { printLine, type Terminal } from './terminal';

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
  readonly commands: TerminalCommands;
  /** Whether containers are run unasked on a daemon of this machine. */
  readonly verifies: boolean;
  readonly takeFacts: () => Promise<Facts>;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks of `--watch`. */
  readonly everyMs: number;
}

/** 1 with errors; 3 when something could not be judged and the engine has not shown that it works; else 0. */
export function doctorExit({ sum, engineWorks, verdict }: Diagnosis): ExitStatus {
  if (sum.error > 0 || verdict?.severity === 'error') return exitStatus.notFine;
  return sum.undecided > 0 && !engineWorks ? exitStatus.unclear : exitStatus.fine;
}

/** The diagnosis, and what `status` says of it all. */
function judge(facts: Facts, { commands, verifies }: Pick<DoctorParts, 'commands' | 'verifies'>): Diagnosis {
  const diagnosis = diagnose(facts);
  const verdict = verdictOfFacts(facts, diagnosis.findings, verifies);
  if (verdict === undefined) return diagnosis;
  const { headline: title, severity, verified, note, nextSteps } = verdict;
  const first = nextSteps[0];
  const action = first === undefined || severity === 'ok' ? verifyStep(verdict, commands) : typed(first, commands);
  return {
    ...diagnosis,
    verdict: { title, severity, verified: verified?.verdict ?? null, note, action: action ?? null },
  };
}

/** Of an engine that is well nothing has to be done, but to verify it. */
function verifyStep({ nextSteps }: OverallVerdict, commands: TerminalCommands): ReturnType<typeof typed> | undefined {
  return nextSteps.includes(steps.verify) ? typed(steps.verify, commands) : undefined;
}

/** Facts out of a file; throws an `Error` with one sentence for people. */
export async function readFactsFile(path: string): Promise<Facts> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maxFactsBytes) throw new Error(`it has ${String(size)} bytes, more than any facts have`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
  return parseFacts(text, path);
}

/** What a report says, without what differs between two looks at the same machine. */
function fingerprint({ findings, undecided, verdict }: Diagnosis): string {
  return JSON.stringify([
    findings.map(({ id, severity, title }) => [id, severity, title]),
    undecided.map(({ id }) => id),
    verdict,
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
      printLine(terminal.err, `error: ${errorMessage(error)}`);
      return exitStatus.usage;
    }
    const diagnosis = judge(facts, parts);
    if (fingerprint(diagnosis) !== last) {
      const clear = options.watch && options.format === 'text' && terminal.interactive ? '\u001b[2J\u001b[H' : '';
      const context = { paint: terminal.paint.out, version: parts.version };
      terminal.out.write(clear + renderDiagnosis(diagnosis, options.format, context));
      last = fingerprint(diagnosis);
    }
    if (!options.watch) return doctorExit(diagnosis);
    await sleep(parts.everyMs, signal);
    if (signal.aborted) return doctorExit(diagnosis);
  }
}
