import type { LifecycleVerb } from '../app/lifecycle';
import { steps } from '../diagnosis/nextStep';
import type { Installed } from '../helper/installed';
import type { HelperOutcome, HelperRun } from '../helper/run';
import type { Verification } from '../engine/verification';
import { exitStatus, type ExitStatus } from './exitStatus';
import { nextStepLines, outcomeExit, outcomeJson, show, showEvent, type TerminalCommands } from './outcome';
import { harmless, printLine, type Terminal } from './terminal';

export interface LifecycleParts {
  readonly terminal: Terminal;
  readonly commands: TerminalCommands;
  readonly run: (verb: LifecycleVerb, options: Pick<HelperRun, 'onEvent' | 'signal'>) => Promise<HelperOutcome>;
  /** Rejects where the copy that comes with this program cannot be read: then nothing is run. */
  readonly installed: () => Promise<Installed>;
  /** Why the verb would not act on the daemon this environment's docker command uses; undefined when it does. */
  readonly endpointMismatch: string | undefined;
  /** Runs a container on the daemon that was started; undefined where that daemon is not ours to try. */
  readonly verify: (() => Promise<Verification>) | undefined;
  readonly signal: AbortSignal;
}

/** That a container has run is the end of a start; an engine that answers and runs none is a failure. */
export function showVerification(verification: Verification, json: boolean, { out, err, paint }: Terminal): void {
  if (json) {
    printLine(out, JSON.stringify({ event: 'verified', ...verification }));
    return;
  }
  switch (verification.verdict) {
    case 'yes':
      printLine(out, 'A container has run.');
      return;
    case 'no':
      printLine(err, paint.err.bad("Docker can't run containers:"));
      printLine(err, harmless(verification.message));
      return;
    case 'unknown':
      printLine(err, paint.err.dim(`Whether containers run is not known: ${harmless(verification.message)}`));
  }
}

/** 0 when a container has run, 1 when it could not, 3 when that could not be found out. */
export function verificationExit({ verdict }: Pick<Verification, 'verdict'>): ExitStatus {
  return { yes: exitStatus.fine, no: exitStatus.notFine, unknown: exitStatus.unclear }[verdict];
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
  const started = verb !== 'stop' && outcome.kind === 'result' && outcome.result.ok;
  const verification = started ? await parts.verify?.() : undefined;
  if (verification !== undefined) showVerification(verification, json, terminal);
  return verification?.verdict === 'no' ? exitStatus.notFine : outcomeExit(outcome);
}
