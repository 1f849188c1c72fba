import type * as vscode from 'vscode';
import type { CommandId } from './commands';

/** A button of a notification: what it says, and what it does. */
export type Button =
  | { readonly label: string; readonly command: CommandId }
  | { readonly label: string; readonly copy: string }
  | { readonly label: string; readonly choose: () => Thenable<unknown> };

/** The parts of `vscode` a notification with buttons needs. */
export interface NotificationHost {
  readonly window: Pick<typeof vscode.window, 'showErrorMessage' | 'showWarningMessage' | 'showInformationMessage'>;
  readonly commands: Pick<typeof vscode.commands, 'executeCommand'>;
  readonly env: { readonly clipboard: Pick<vscode.Clipboard, 'writeText'> };
}

export type Severity = 'error' | 'warning' | 'info';

/** Shows a notification and does what the chosen button says. Resolves when it is answered or dismissed. */
export async function notify(
  host: NotificationHost,
  severity: Severity,
  message: string,
  buttons: readonly Button[],
): Promise<void> {
  const labels = buttons.map((button) => button.label);
  const chosen = await show(host, severity, message, labels);
  const button = buttons.find((candidate) => candidate.label === chosen);
  if (button === undefined) return;
  if ('command' in button) await host.commands.executeCommand(button.command);
  else if ('copy' in button) await host.env.clipboard.writeText(button.copy);
  else await button.choose();
}

function show(
  host: NotificationHost,
  severity: Severity,
  message: string,
  labels: readonly string[],
): Thenable<string | undefined> {
  switch (severity) {
    case 'error':
      return host.window.showErrorMessage(message, ...labels);
    case 'warning':
      return host.window.showWarningMessage(message, ...labels);
    case 'info':
      return host.window.showInformationMessage(message, ...labels);
  }
}
