import type * as vscode from 'vscode';
import { errorMessage } from '../util/format';

/** A command of the extension. */
interface CommandRow {
  /** As in `package.json`, which a test compares with this table. */
  readonly id: string;
  readonly title: string;
  /** Where the title would be too long: a link of the tooltip, a button. */
  readonly label: string;
  /** A codicon. */
  readonly icon: string;
}

/** Every command; what offers one takes it from here, so that nothing can name a command that does not exist. */
const table = {
  restart: { id: 'dindStation.restart', title: 'Restart Docker daemon', label: 'Restart', icon: 'debug-restart' },
  start: { id: 'dindStation.start', title: 'Start Docker daemon', label: 'Start', icon: 'debug-start' },
  stop: { id: 'dindStation.stop', title: 'Stop Docker daemon', label: 'Stop', icon: 'debug-stop' },
  showLog: { id: 'dindStation.showLog', title: 'Show daemon log', label: 'Show log', icon: 'output' },
  showDiagnostics: {
    id: 'dindStation.showDiagnostics',
    title: 'Show diagnostics',
    label: 'Diagnostics',
    icon: 'pulse',
  },
  proveLimits: { id: 'dindStation.proveLimits', title: 'Verify resource limits', label: 'Verify limits', icon: 'beaker' },
  verifyContainers: {
    id: 'dindStation.verifyContainers',
    title: 'Verify that containers run',
    label: 'Verify',
    icon: 'pass',
  },
  menu: { id: 'dindStation.menu', title: 'Show menu', label: 'Menu', icon: 'menu' },
  setUpHelper: {
    id: 'dindStation.setUpHelper',
    title: 'Set up helper',
    label: 'Set up helper',
    icon: 'shield',
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

type CommandName = keyof typeof table;
export type CommandId = (typeof table)[CommandName]['id'];

/** The ids by name. */
export const commandIds = Object.fromEntries(Object.entries(table).map(([name, { id }]) => [name, id])) as {
  readonly [name in CommandName]: (typeof table)[name]['id'];
};

/** All ids, for the tooltip's allow list and for registration. */
export const allCommandIds: readonly CommandId[] = Object.values(commandIds);

/** The rows by id. */
export const commandRows = Object.fromEntries(Object.values(table).map((row) => [row.id, row])) as Readonly<
  Record<CommandId, CommandRow>
>;

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
