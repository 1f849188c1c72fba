import type { HelperOutcome, HelperRun } from '../helper/run';
import { exitStatus, type ExitStatus } from './exitStatus';
import { outcomeExit, show, showEvent, type TerminalCommands } from './outcome';
import { printLine, type Terminal } from './terminal';

export interface ResetDataOptions {
  /** Print the helper's events instead of words; nobody is asked then. */
  readonly json: boolean;
  /** Bring back what was moved aside last. */
  readonly undo: boolean;
  /** How often `--yes` was said: each answers one question. */
  readonly yes: number;
}

export type ResetDataVerb = 'reset-data-preview' | 'reset-data' | 'undo-reset-data';

export interface ResetDataParts {
  readonly terminal: Terminal;
  readonly commands: TerminalCommands;
  readonly run: (verb: ResetDataVerb, options: Pick<HelperRun, 'onEvent' | 'signal'>) => Promise<HelperOutcome>;
  /** Asks a person yes or no; not called where nobody sits. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Two, the second after what it means: by the first one alone a whole engine would be gone with one key too many. */
const questions = [
  'Stop Docker and begin with an empty data root?',
  'Docker will start without its images, containers, volumes and networks until you undo this. Nothing is deleted. Back up all Docker data and start empty?',
];
const undoQuestions = ['Stop Docker and restore the most recent backup? The current data is kept as a backup.'];

/** Whether all of it was agreed to; otherwise what to end with. */
async function agreed(options: ResetDataOptions, parts: ResetDataParts): Promise<ExitStatus | undefined> {
  const { terminal } = parts;
  const open = (options.undo ? undoQuestions : questions).slice(options.yes);
  if (open.length > 0 && (options.json || !terminal.interactive)) {
    const flags = options.undo ? '--undo --yes' : '--yes --yes';
    printLine(terminal.err, `error: Not a terminal, so nothing was changed. To confirm, pass ${flags}.`);
    return exitStatus.usage;
  }
  for (const question of open) {
    if (!(await parts.ask(question))) {
      printLine(terminal.err, 'Nothing was changed.');
      return exitStatus.notFine;
    }
  }
  return undefined;
}

/** `reset-data`: shows what would be moved, asks twice, and moves it; with `--undo` asks once and brings it back. */
export async function runResetData(options: ResetDataOptions, parts: ResetDataParts): Promise<ExitStatus> {
  const { terminal, commands, signal } = parts;
  const run = async (verb: ResetDataVerb): Promise<HelperOutcome> => {
    const outcome = await parts.run(verb, {
      signal,
      onEvent: (event) => {
        if (options.json) printLine(terminal.out, JSON.stringify(event));
        else if (verb !== 'reset-data-preview') showEvent(terminal, event);
        else if (event.event === 'step') printLine(terminal.err, event.detail);
      },
    });
    if (!options.json || outcome.kind !== 'result') show(terminal, outcome, commands);
    return outcome;
  };

  if (!options.undo) {
    const preview = await run('reset-data-preview');
    const status = outcomeExit(preview);
    if (status !== exitStatus.fine) return status;
  }
  const refused = await agreed(options, parts);
  if (refused !== undefined) return refused;
  const outcome = await run(options.undo ? 'undo-reset-data' : 'reset-data');
  const status = outcomeExit(outcome);
  if (status === exitStatus.fine && !options.json) {
    printLine(
      terminal.err,
      `Next: dind-station start${options.undo ? '' : '. To undo it: dind-station reset-data --undo'}`,
    );
  }
  return status;
}
