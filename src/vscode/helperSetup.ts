import type * as vscode from 'vscode';
import { type FSWatcher, watch } from 'node:fs';
import type { Installed } from '../helper/installed';
import { notify, type Button, type NotificationHost } from './notify';
import { setUpTerminal } from '../app/commandTerminal';
import { setUpLine, type SetUpFacts } from '../helper/setUpCommand';
import { dirname } from 'node:path';

/** The parts of `vscode` a terminal needs. */
export interface TerminalHost extends NotificationHost {
  readonly window: NotificationHost['window'] & Pick<typeof vscode.window, 'createTerminal' | 'onDidCloseTerminal'>;
}

export interface HelperSetUpParts {
  readonly host: TerminalHost;
  readonly facts: SetUpFacts;
  readonly home: string | undefined;
  /** Why a terminal would be of no use (no sudo, no-new-privileges), with what to do; undefined when it is of use. */
  readonly obstacle: () => Promise<string | undefined>;
  /** Looks at the installed copy anew. */
  readonly check: () => Promise<Installed['status']>;
  /** Watches the folder the copy is installed into; reports each change, a missing folder's creation included. */
  readonly watchInstalled: (onChange: () => void) => Pick<FSWatcher, 'close'>;
  /** What to offer once it is set up. */
  readonly nextButtons: () => readonly Button[];
}

/** Files are written one after another: wait for the last of them, in milliseconds. */
const settleMs = 300;

/** "Set up helper": a terminal in which sudo can ask, then a look whether it worked. */
export class HelperSetUp {
  readonly #parts: HelperSetUpParts;
  #watching: { end(): void } | undefined;

  constructor(parts: HelperSetUpParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    const { host, facts, home } = this.#parts;
    const obstacle = await this.#parts.obstacle();
    if (obstacle !== undefined) {
      // For somebody who is root already, on the host as a rule: sudo is of no use here.
      const copy: Button = { label: 'Copy command for root', copy: setUpLine({ ...facts, root: true }) };
      void notify(host, 'error', obstacle, [copy]);
      return;
    }
    const { shellPath, shellArgs, env } = setUpTerminal(facts, home);
    this.#watching?.end();
    const terminal = host.window.createTerminal({
      name: 'Set up Docker helper',
      shellPath,
      shellArgs: [...shellArgs],
      env,
      strictEnv: true,
      isTransient: true,
    });
    terminal.show();
    this.#watch(terminal);
  }

  #watch(terminal: vscode.Terminal): void {
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const watcher = this.#parts.watchInstalled(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void look(false), settleMs);
    });
    const closed = this.#parts.host.window.onDidCloseTerminal((which) => {
      if (which === terminal) void look(true);
    });
    const end = (): void => {
      ended = true;
      clearTimeout(timer);
      watcher.close();
      closed.dispose();
    };
    const look = async (last: boolean): Promise<void> => {
      const status = await this.#parts.check();
      if (ended || (status !== 'current' && !last)) return;
      end();
      await this.#tell(status);
    };
    this.#watching = { end };
  }

  async #tell(status: Installed['status']): Promise<void> {
    const { host, facts } = this.#parts;
    if (status === 'current') {
      await notify(
        host,
        'info',
        'The privileged helper is set up: Docker can be started, stopped and restarted from here.',
        this.#parts.nextButtons(),
      );
      return;
    }
    const again: Button = { label: 'Try again', choose: () => this.open() };
    await notify(host, 'warning', 'The privileged helper is not set up: the installing command did not finish.', [
      again,
      { label: 'Copy command', copy: setUpLine(facts) },
    ]);
  }

  dispose(): void {
    this.#watching?.end();
  }
}

/** Watches a folder that may not exist yet, and its parent for its creation. Reports changes and never fails. */
export function watchFolder(folder: string, onChange: () => void): { close(): void } {
  let inner: { close(): void } | undefined;
  const open = (path: string, changed: () => void): { close(): void } | undefined => {
    try {
      const watcher = watch(path, changed);
      // The folder was removed, or the watch lost: the parent's watch, or the terminal's end, leads to another look.
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      // ENOENT: not there yet. ENOSPC: no inotify watches left; then the terminal's end is the only sign.
      return undefined;
    }
  };
  const reopen = (): void => {
    inner?.close();
    inner = open(folder, onChange);
  };
  reopen();
  const outer = open(dirname(folder), () => {
    reopen();
    onChange();
  });
  return {
    close: () => {
      inner?.close();
      outer?.close();
    },
  };
}
