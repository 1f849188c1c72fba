import type * as vscode from 'vscode';
import { verifyVariable } from '../app/verifySwitch';

type Collection = Pick<vscode.EnvironmentVariableCollection, 'replace' | 'delete' | 'prepend' | 'persistent'>;

/** What terminals of the window are given: `dind-station` on the PATH, which holds to the settings of the window. */
export class TerminalEnvironment {
  readonly #collection: Collection;

  /** @param launcherFolder where `startup.ts` writes the launcher of `dind-station` */
  constructor(collection: Collection, launcherFolder: string) {
    this.#collection = collection;
    // Made anew at each activation; terminals of a window without the extension are given nothing.
    collection.persistent = false;
    // Once more behind the shell's own start-up files: a login shell sets PATH anew.
    const everywhere = { applyAtProcessCreation: true, applyAtShellIntegration: true };
    collection.prepend('PATH', `${launcherFolder}:`, everywhere);
  }

  /** Whether containers are run unasked. What a person has set counts where it is on. */
  verifies(on: boolean): void {
    if (on) this.#collection.delete(verifyVariable);
    else this.#collection.replace(verifyVariable, 'off');
  }
}
