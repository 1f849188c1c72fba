import type * as vscode from 'vscode';
import { errorMessage } from '../util/format';

/** A command of the extension. */
interface CommandRow {
  /** As in `package.json`, which a test compares with this table. */
  readonly title: string;
  /** Where the title would be too long: a link of the tooltip, a button. */
  readonly label: string;
  /** A codicon. */
  readonly icon: string;
}

/** Every command; what offers one takes it from here, so that nothing can name a command that does not exist. */
const table = {
  restart: { title: 'Restart Docker daemon', label: 'Restart', icon: 'debug-restart' },
  start: { title: 'Start Docker daemon', label: 'Start', icon: 'debug-start' },
  stop: { title: 'Stop Docker daemon', label: 'Stop', icon: 'debug-stop' },
  showLog: { title: 'Show daemon log', label: 'Show log', icon: 'output' },
  showDiagnostics: { title: 'Show diagnostics', label: 'Diagnostics', icon: 'pulse' },
  proveLimits: { title: 'Verify resource limits', label: 'Verify limits', icon: 'beaker' },
  verifyContainers: { title: 'Verify that containers run', label: 'Verify', icon: 'pass' },
  menu: { title: 'Show menu', label: 'Menu', icon: 'menu' },
  setUpHelper: { title: 'Set up helper', label: 'Set up helper', icon: 'shield' },
  installEngine: { title: 'Install Docker Engine', label: 'Install', icon: 'cloud-download' },
} as const satisfies Readonly<Record<string, CommandRow>>;

type CommandName = keyof typeof table;
type IdOf<Name extends CommandName> = `dindStation.${Name}`;
export type CommandId = IdOf<CommandName>;

const names = Object.keys(table) as readonly CommandName[];
const idOf = <Name extends CommandName>(name: Name): IdOf<Name> => `dindStation.${name}`;

/** The ids by name. */
export const commandIds = Object.fromEntries(names.map((name) => [name, idOf(name)])) as {
  readonly [Name in CommandName]: IdOf<Name>;
};

/** All ids, for the tooltip's allow list and for registration. */
export const allCommandIds: readonly CommandId[] = names.map(idOf);

/** The rows by id. */
export const commandRows = Object.fromEntries(names.map((name) => [idOf(name), table[name]])) as Readonly<
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
