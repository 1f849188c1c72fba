import { installTerminal } from '../app/commandTerminal';
import type { EngineState } from '../engine/state';
import type { TerminalHost } from './helperSetup';
import { notify, type Button } from './notify';

export interface EngineInstallParts {
  readonly host: TerminalHost;
  readonly home: string | undefined;
  /** Whether this process is root, which needs no sudo. */
  readonly root: boolean;
  /** Looks at the engine anew. */
  readonly refresh: () => Promise<EngineState>;
  /** Why sudo in a terminal would be of no use, with what to do; undefined when it is of use. */
  readonly obstacle: () => Promise<string | undefined>;
  /** What to offer in a state. */
  readonly buttons: (state: EngineState) => readonly Button[];
}

const guide = 'https://docs.docker.com/engine/install/';

/** "Install Docker Engine": a terminal in which the system's package manager does it, then a look whether it worked. */
export class EngineInstall {
  readonly #parts: EngineInstallParts;
  #closed: { dispose(): void } | undefined;

  constructor(parts: EngineInstallParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    const { host, home, root, obstacle, refresh } = this.#parts;
    const state = await refresh();
    if (state.kind !== 'not-installed') {
      await notify(host, 'info', 'Docker Engine is already installed.', this.#parts.buttons(state));
      return;
    }
    const command = state.cause?.command;
    if (command === undefined) {
      const text = 'Docker Engine cannot be installed from here: neither apt-get nor apk was found.';
      await notify(host, 'error', text, [{ label: 'Copy link to the installation guide', copy: guide }]);
      return;
    }
    // Root may have no sudo at all.
    const asRoot = command.replaceAll('sudo ', '');
    const reason = await obstacle();
    if (reason !== undefined) {
      await notify(host, 'error', reason, [{ label: 'Copy command for root', copy: asRoot }]);
      return;
    }
    const { shellPath, shellArgs, env } = installTerminal(root ? asRoot : command, home);
    this.dispose();
    const options = { shellPath, shellArgs: [...shellArgs], env, strictEnv: true, isTransient: true };
    const terminal = host.window.createTerminal({ name: 'Install Docker Engine', ...options });
    this.#closed = host.window.onDidCloseTerminal((which) => {
      if (which !== terminal) return;
      this.dispose();
      void this.#report();
    });
    terminal.show();
  }

  async #report(): Promise<void> {
    const { host, refresh, buttons } = this.#parts;
    const state = await refresh();
    if (state.kind === 'not-installed') {
      const again: Button = { label: 'Try again', choose: () => this.open() };
      await notify(host, 'warning', 'Docker Engine is not installed: the command did not finish.', [again]);
      return;
    }
    await notify(host, 'info', 'Docker Engine is installed.', buttons(state));
  }

  dispose(): void {
    this.#closed?.dispose();
    this.#closed = undefined;
  }
}
