import type { Action, NextStep } from '../diagnosis/nextStep';
import type { Button } from './notify';
import { commandIds, commandRows, type CommandId } from './commands';

/** The command that does what a next step asks for; undefined for looking again, which is no command of its own. */
export function commandFor(action: Action): CommandId | undefined {
  switch (action) {
    case 'start':
      return commandIds.start;
    case 'restart':
      return commandIds.restart;
    case 'stop':
      return commandIds.stop;
    case 'show-log':
      return commandIds.showLog;
    case 'set-up-helper':
    case 'update-helper':
      return commandIds.setUpHelper;
    case 'verify':
      return commandIds.verifyContainers;
    case 'refresh':
      return undefined;
  }
}

/** The command that takes a next step; undefined where it is no command of ours. */
function commandOf(step: NextStep): CommandId | undefined {
  if ('action' in step) return commandFor(step.action);
  if (step.editor === 'install-engine') return commandIds.installEngine;
  // What a finding's remedy costs is on the page, and the button that applies it.
  return step.finding === undefined ? undefined : commandIds.showDiagnostics;
}

/** The commands among the next steps, most useful first, then log and diagnostics, worth a look in every state. */
export function commandsOf(nextSteps: readonly NextStep[]): readonly CommandId[] {
  const commands = nextSteps.flatMap((step) => commandOf(step) ?? []);
  return [...new Set([...commands, commandIds.showLog, commandIds.showDiagnostics])];
}

/** A notification has room for a few buttons, the last of which leads to all that is known; the rest is in the menu. */
const maxSteps = 2;

/** Leads to all that is known. */
export const diagnoseButton: Button = { label: 'Diagnose', command: commandIds.showDiagnostics };

/** Next steps as buttons; a command for a terminal is copied, since the editor must not run it unseen. */
export function buttonsFor(nextSteps: readonly NextStep[], refresh: () => Thenable<unknown>): readonly Button[] {
  const buttons = nextSteps.slice(0, maxSteps).map((step): Button => {
    if ('command' in step && step.editor === undefined) return { label: 'Copy command', copy: step.command };
    const command = commandOf(step);
    return command === undefined
      ? { label: step.label, choose: refresh }
      : { label: commandRows[command].label, command };
  });
  return [...buttons, diagnoseButton];
}
