import type { Action, NextStep } from '../diagnosis/nextStep';

/** What the actions of a next step are called in a terminal. */
export interface TerminalCommands {
  /** The line that installs or updates the helper. */
  readonly setUp: string;
  /** Put behind the commands of ours that act on a daemon: `--rootless` where it was given, else nothing. */
  readonly flags: readonly string[];
}

function commandFor(action: Action, commands: TerminalCommands): string {
  const ours = (verb: string): string => ['dind-station', verb, ...commands.flags].join(' ');
  switch (action) {
    case 'start':
    case 'stop':
    case 'restart':
      return ours(action);
    case 'show-log':
      return ours('logs');
    case 'refresh':
      return ours('status');
    case 'set-up-helper':
    case 'update-helper':
      return commands.setUp;
  }
}

/** A next step as something to type. */
export function typed(step: NextStep, commands: TerminalCommands): { label: string; command: string } {
  return { label: step.label, command: 'command' in step ? step.command : commandFor(step.action, commands) };
}

/** Next steps as aligned lines, the command behind its label. */
export function nextStepLines(steps: readonly NextStep[], commands: TerminalCommands): string[] {
  const rows = steps.map((step) => typed(step, commands));
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return rows.map(({ label, command }) => `${label.padEnd(width)}   ${command}`);
}
