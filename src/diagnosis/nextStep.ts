import type { StepName } from '../engine/stateTable';
import type { RuleId } from './ruleIds';

/** What the editor and the command line can do for a person; each front names it in its own way. */
export type Action =
  'start' | 'restart' | 'stop' | 'show-log' | 'set-up-helper' | 'update-helper' | 'refresh' | 'verify';

/** One thing to do next: an action of ours, or text to paste into a terminal. */
export type NextStep =
  | { readonly label: string; readonly action: Action }
  /** `finding`: whose remedy it is, and whether the helper can apply it. `editor`: what the editor does instead of copying it. */
  | {
      readonly label: string;
      readonly command: string;
      readonly finding?: { readonly id: RuleId; readonly applicable: boolean };
      readonly editor?: 'install-engine';
    };

/** The steps by name, so that one action has one label wherever it is offered. */
export const steps = {
  start: { label: 'Start Docker', action: 'start' },
  restart: { label: 'Restart Docker', action: 'restart' },
  stop: { label: 'Stop Docker', action: 'stop' },
  showLog: { label: 'Show the daemon log', action: 'show-log' },
  setUpHelper: { label: 'Set up helper', action: 'set-up-helper' },
  updateHelper: { label: 'Update the privileged helper', action: 'update-helper' },
  verify: { label: 'Verify that containers run', action: 'verify' },
  refresh: { label: 'Refresh', action: 'refresh' },
} as const satisfies Record<string, NextStep>;

/**
 * Steps by their names in the table of states.
 *
 * @param at the socket's path, for what stands in its place
 * @param command that of the state's cause
 */
export function stepsNamed(names: readonly StepName[], at: string, command?: string): readonly NextStep[] {
  return names.flatMap((name): NextStep[] => {
    switch (name) {
      case 'moveAway':
        return [{ label: 'Move it away', command: `sudo mv ${at} ${at}.moved` }];
      case 'install':
        return command === undefined ? [] : [{ label: 'Install Docker Engine', command, editor: 'install-engine' }];
      case 'resume':
        return command === undefined ? [] : [{ label: 'Let the helper continue', command }];
      default:
        return [steps[name]];
    }
  });
}
