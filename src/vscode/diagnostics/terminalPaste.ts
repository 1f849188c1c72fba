import type * as vscode from 'vscode';
import type { Remedy } from '../../diagnosis/finding';

/** The parts of `vscode` a command is typed with. */
export interface TerminalHost {
  readonly window: Pick<typeof vscode.window, 'createTerminal'>;
}

/**
 * Whether a remedy's command is one line for a shell of this machine. A line end would run what stands before it, and other
 * control characters act on the shell's own line, so a command that has any is only shown.
 */
export function canPaste({ command, outside }: Pick<Remedy, 'command' | 'outside'>): boolean {
  return command !== '' && outside !== true && !/[\p{Cc}\p{Cf}]|\.\.\./u.test(command);
}

/** Types a command into a terminal of its own, where nothing is typed already; the person reads it and runs it. */
export function pasteIntoTerminal({ window }: TerminalHost, command: string): void {
  const terminal = window.createTerminal({ name: 'Docker remedy', isTransient: true });
  terminal.show();
  terminal.sendText(command, false);
}
