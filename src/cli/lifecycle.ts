import type { LifecycleVerb } from '../app/lifecycle';
import type { Installed } from '../helper/installed';
import type { HelperEvent } from '../helper/protocol';
import type { HelperOutcome, HelperRun } from '../helper/run';
import { steps, type NextStep } from '../diagnosis/nextStep';
import { diagnoseStart } from '../diagnosis/startFailures/diagnoseStart';
import { outcomeExit, type ExitStatus } from './exitStatus';
import { nextStepLines, typed, type TerminalCommands } from './nextStepLines';
import { printLine, type Terminal } from './terminal';

export interface LifecycleParts {
  readonly terminal: Terminal;
  readonly commands: TerminalCommands;
  readonly run: (verb: LifecycleVerb, options: Pick<HelperRun, 'onEvent' | 'signal'>) => Promise<HelperOutcome>;
  /** Rejects where the copy that comes with this program cannot be read: then nothing is run. */
  readonly installed: () => Promise<Installed>;
  /** Why the verb would not act on the daemon this environment's docker command uses; undefined when it does. */
  readonly endpointMismatch: string | undefined;
  readonly signal: AbortSignal;
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
      const { ok, message, cause, code } = outcome.result;
      if (ok) return { message, lines: [], nextSteps: [] };
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
  const text = event.status === 'failed' ? paint.bad(event.detail) : event.detail;
  printLine(terminal.err, `${time} ${mark} ${text}`);
}

/** An outcome: good news on stdout, everything else on stderr. */
export function show(terminal: Terminal, outcome: HelperOutcome, commands: TerminalCommands): void {
  const { message, lines, nextSteps } = tell(outcome);
  if (outcome.kind === 'result' && outcome.result.ok) {
    printLine(terminal.out, terminal.paint.out.good(message));
    return;
  }
  const { err, paint } = terminal;
  printLine(err, paint.err.bad(message));
  for (const line of lines) printLine(err, line);
  for (const line of nextStepLines(nextSteps, commands)) printLine(err, `  ${line}`);
}

/** What `--json` ends with when the helper gave no result of its own, or a result that is not the whole truth. */
function outcomeJson(outcome: HelperOutcome, commands: TerminalCommands): string | undefined {
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

/** `start`, `stop` and `restart`: progress on stderr, the result on stdout; with `--json` the events, one a line. */
export async function runLifecycle(verb: LifecycleVerb, json: boolean, parts: LifecycleParts): Promise<ExitStatus> {
  const { terminal, commands } = parts;
  if (parts.endpointMismatch !== undefined) printLine(terminal.err, terminal.paint.err.warn(parts.endpointMismatch));
  const installed = await parts.installed();
  const outcome = await parts.run(verb, {
    signal: parts.signal,
    onEvent: (event) => {
      if (json) printLine(terminal.out, JSON.stringify(event));
      else showEvent(terminal, event);
    },
  });
  if (!json) {
    show(terminal, outcome, commands);
  } else {
    const last = outcomeJson(outcome, commands);
    if (last !== undefined) printLine(terminal.out, last);
  }
  if (installed.status === 'outdated') {
    const note = ['The installed helper is not the one that comes with this program.'];
    const lines = [...note, ...nextStepLines([steps.updateHelper], commands).map((line) => `  ${line}`)];
    for (const line of lines) printLine(terminal.err, terminal.paint.err.dim(line));
  }
  return outcomeExit(outcome);
}
