import { failedStartHeadline } from '../app/lifecycle';
import { steps, type Action, type NextStep } from '../diagnosis/nextStep';
import { diagnoseStart } from '../diagnosis/startFailures/diagnoseStart';
import type { HelperEvent } from '../helper/protocol';
import type { HelperOutcome } from '../helper/run';
import { exitStatus, type ExitStatus } from './exitStatus';
import { harmless, printLine, type Terminal } from './terminal';

/** What the actions of a next step are called in a terminal. */
export interface TerminalCommands {
  /** The line that installs or updates the helper. */
  readonly setUp: string;
  /** Put behind the commands of ours that act on a daemon: `--rootless` where it was given, else nothing. */
  readonly flags: readonly string[];
  /** Put behind those that ask any engine: `--rootless`, or `--host` with the one that was given. */
  readonly engineFlags: readonly string[];
}

function commandFor(action: Action, commands: TerminalCommands): string {
  const ours = (verb: string, flags = commands.flags): string => ['dind-station', verb, ...flags].join(' ');
  switch (action) {
    case 'start':
    case 'stop':
    case 'restart':
      return ours(action);
    case 'show-log':
      return ours('logs');
    case 'verify':
      return ours('verify', commands.engineFlags);
    case 'refresh':
      return ours('status', commands.engineFlags);
    case 'set-up-helper':
    case 'update-helper':
      return commands.setUp;
  }
}

/** A next step as something to type. */
export function typed(step: NextStep, commands: TerminalCommands): { label: string; command: string } {
  if ('action' in step) return { label: step.label, command: commandFor(step.action, commands) };
  const { label, command, finding } = step;
  return { label, command: finding?.applicable === true ? `dind-station fix ${finding.id}` : command };
}

/** Next steps as aligned lines, the command behind its label. */
export function nextStepLines(steps: readonly NextStep[], commands: TerminalCommands): string[] {
  const rows = steps.map((step) => typed(step, commands));
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return rows.map(({ label, command }) => harmless(`${label.padEnd(width)}   ${command}`));
}

/** How an outcome is told: what happened, why, and what to do. */
export interface Told {
  readonly message: string;
  readonly lines: readonly string[];
  readonly nextSteps: readonly NextStep[];
}

/** An outcome in words. Pure. */
export function tell(outcome: HelperOutcome): Told {
  switch (outcome.kind) {
    case 'result': {
      const { ok, verb, message: said, cause, code } = outcome.result;
      if (ok) return { message: said, lines: [], nextSteps: [] };
      const headline = failedStartHeadline(verb, code);
      const message = headline === undefined ? said : `${headline}. ${said}`;
      if (cause === '') return { message, lines: [], nextSteps: code === 'not-ready' ? [steps.showLog] : [] };
      const { id, title, nextStep, step } = diagnoseStart(cause);
      const words = id === 'not-recognised' ? [] : [`${title}.`, nextStep];
      const log = 'action' in step && step.action === 'show-log' ? [] : [steps.showLog];
      return { message, lines: [`The daemon said: ${cause}`, ...words], nextSteps: [step, ...log] };
    }
    case 'refused': {
      const { message, nextStep, setUp: mends } = outcome.refusal;
      return { message, lines: [nextStep], nextSteps: mends ? [steps.setUpHelper] : [] };
    }
    case 'not-installed':
      return {
        message: `The privileged helper is not installed at ${outcome.path}.`,
        lines: [],
        nextSteps: [steps.setUpHelper],
      };
    case 'broken':
      return { message: outcome.message, lines: [], nextSteps: [steps.showLog] };
  }
}

/** A step of the helper as a line of progress. */
export function showEvent(terminal: Terminal, event: HelperEvent): void {
  if (event.event !== 'step') return;
  const paint = terminal.paint.err;
  const time = paint.dim(`${String(event.ms).padStart(6)} ms`);
  const mark = { started: ' ', changed: '+', ok: '=', skipped: '-', failed: '!' }[event.status];
  const detail = harmless(event.detail);
  const text = event.status === 'failed' ? paint.bad(detail) : detail;
  printLine(terminal.err, `${time} ${mark} ${text}`);
}

/** An outcome: good news on stdout, everything else on stderr. */
export function show(terminal: Terminal, outcome: HelperOutcome, commands: TerminalCommands): void {
  const { message, lines, nextSteps } = tell(outcome);
  if (outcome.kind === 'result' && outcome.result.ok) {
    printLine(terminal.out, terminal.paint.out.good(harmless(message)));
    return;
  }
  const { err, paint } = terminal;
  printLine(err, paint.err.bad(harmless(message)));
  for (const line of lines) printLine(err, harmless(line));
  for (const line of nextStepLines(nextSteps, commands)) printLine(err, `  ${line}`);
}

/** What `--json` ends with when the helper gave no result of its own, or a result that is not the whole truth. */
export function outcomeJson(outcome: HelperOutcome, commands: TerminalCommands): string | undefined {
  if (outcome.kind === 'result') return undefined;
  const { message, lines, nextSteps } = tell(outcome);
  const reason = outcome.kind === 'refused' ? outcome.refusal.reason : null;
  return JSON.stringify({
    event: outcome.kind,
    reason,
    message,
    explanation: lines.join(' '),
    nextSteps: nextSteps.map((step) => typed(step, commands)),
  });
}

/** 0 when the helper did what was asked, 3 when it is not known what it did, else 1. */
export function outcomeExit(outcome: HelperOutcome): ExitStatus {
  switch (outcome.kind) {
    case 'result':
      return outcome.result.ok ? exitStatus.fine : exitStatus.notFine;
    case 'refused':
    case 'not-installed':
      return exitStatus.notFine;
    case 'broken':
      return exitStatus.unclear;
  }
}
