import type { LifecycleVerb } from '../app/lifecycle';
import { steps } from '../diagnosis/nextStep';
import type { Installed } from '../helper/installed';
import type { HelperOutcome, HelperRun } from '../helper/run';
import type { ExitStatus } from './exitStatus';
import { nextStepLines, outcomeExit, outcomeJson, show, showEvent, type TerminalCommands } from './outcome';
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
