import type * as vscode from 'vscode';
import { allCommandIds, type CommandId } from './commandIds';
import { errorMessage } from '../util/format';

/** What a command does; the arguments a caller passes are not looked at. */
export type CommandHandlers = Readonly<Record<CommandId, () => unknown>>;

export interface CommandHost {
  readonly commands: Pick<typeof vscode.commands, 'registerCommand'>;
  readonly window: Pick<typeof vscode.window, 'showErrorMessage'>;
}

export interface CommandLog {
  info(message: string): void;
  error(message: string): void;
}

/**
 * Registers every command of the table; the only place that does. Each call is traced, and an error that escapes a
 * handler is logged and shown in one sentence, because the editor would show a stack or nothing.
 */
export function registerCommands(host: CommandHost, handlers: CommandHandlers, log: CommandLog): vscode.Disposable[] {
  return allCommandIds.map((id) =>
    host.commands.registerCommand(id, async () => {
      log.info(`command ${id}`);
      try {
        return await handlers[id]();
      } catch (error) {
        const message = errorMessage(error);
        log.error(`command ${id}: ${error instanceof Error ? (error.stack ?? message) : message}`);
        void host.window.showErrorMessage(`The command ${id} failed: ${message}`);
        return undefined;
      }
    }),
  );
}
