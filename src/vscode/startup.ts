import { join } from 'node:path';
import type * as vscode from 'vscode';
import { helperIsReady } from '../app/machineSetup';
import { PathWatch } from '../engine/pathWatch';
import { helperFolder, usersFile } from '../helper/paths';
import { errorMessage } from '../util/format';
import { ContextWriter } from './contextKeys';
import type { EngineSession } from './engineSession';
import { writeLauncher } from './launcher';
import type { LazyLog } from './lazyLog';
import { openWalkthroughOnce, walkthroughContext, type WalkthroughContext } from './walkthrough';

export interface StartupParts {
  readonly host: Pick<typeof vscode, 'commands' | 'window' | 'workspace'>;
  readonly context: Pick<vscode.ExtensionContext, 'extensionPath' | 'globalState'>;
  /** Where terminals look for `dind-station`. */
  readonly launcherFolder: string;
  readonly engine: Pick<EngineSession, 'state' | 'onChange'>;
  readonly log: Pick<LazyLog, 'info' | 'error'>;
}

/**
 * The editor ticks no step whose key is true already when it first learns of the walkthrough, which is a moment after
 * extensions are activated, or when it opens one. Milliseconds.
 */
const settleMs = 5000;

/**
 * What a window needs after it has opened: the command line in its terminals, and the walkthrough with its ticks. In an
 * output file of its own, so that other extensions do not wait for it.
 */
export class Startup {
  readonly #parts: StartupParts;
  readonly #writer: ContextWriter<WalkthroughContext>;
  readonly #ends: (() => void)[] = [];
  #helperReady = false;
  #disposed = false;

  constructor(parts: StartupParts) {
    this.#parts = parts;
    const { host, context, launcherFolder } = parts;
    this.#writer = new ContextWriter(host.commands.executeCommand);
    const program = join(context.extensionPath, 'dist', 'cli.js');
    const electron = 'electron' in process.versions;
    writeLauncher(launcherFolder, { execPath: process.execPath, electron, program }).catch(
      this.#failed('The command line of the terminals was not written'),
    );
    openWalkthroughOnce(host, context.globalState)
      .catch(this.#failed('The walkthrough was not opened'))
      .then((opened) => this.#begin(opened === true ? 0 : settleMs))
      .catch(this.#failed('The walkthrough is not ticked'));
  }

  #failed(what: string): (error: unknown) => void {
    return (error) => this.#parts.log.error(`${what}: ${errorMessage(error)}`);
  }

  #begin(afterMs: number): void {
    if (this.#disposed) return;
    const timer = setTimeout(() => this.#tickSteps(), afterMs);
    this.#ends.push(() => clearTimeout(timer));
  }

  #tickSteps(): void {
    const { engine, log } = this.#parts;
    const changes = engine.onChange(() => this.#write());
    this.#ends.push(() => changes.dispose());
    const [look, info] = [() => void this.#look(), (line: string) => log.info(line)];
    for (const path of [helperFolder, usersFile]) {
      const watch = new PathWatch(path, look, info);
      this.#ends.push(() => watch.dispose());
    }
    void this.#look();
  }

  async #look(): Promise<void> {
    this.#helperReady = await helperIsReady();
    this.#write();
  }

  #write(): void {
    this.#writer.write(walkthroughContext(this.#parts.engine.state, this.#helperReady));
  }

  dispose(): void {
    this.#disposed = true;
    for (const end of this.#ends) end();
  }
}
