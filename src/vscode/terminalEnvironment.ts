import type * as vscode from 'vscode';
import { verifyVariable } from '../app/verifySwitch';

type Collection = Pick<vscode.EnvironmentVariableCollection, 'replace' | 'delete' | 'persistent'>;

/** What terminals of the window are given, so that `dind-station` in them holds to the settings of the window. */
export class TerminalEnvironment {
  readonly #collection: Collection;

  constructor(collection: Collection) {
    this.#collection = collection;
    // Made anew at each activation; terminals of a window without the extension are given nothing.
    collection.persistent = false;
  }

  /** Whether containers are run unasked. What a person has set counts where it is on. */
  verifies(on: boolean): void {
    if (on) this.#collection.delete(verifyVariable);
    else this.#collection.replace(verifyVariable, 'off');
  }
}
