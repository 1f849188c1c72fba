import type * as vscode from 'vscode';
import type * as Late from './limits';
import type { Limits, LimitsHost, LimitsParts } from './limits';
import type { LimitsStatus } from './status';

/** Loads the proofs' output file; bundling leaves this import alone. */
export async function loadLimits(): Promise<typeof Late> {
  return import('./limits');
}

/** The parts of `vscode` that the registration needs besides. */
export interface LimitTestsHost extends LimitsHost {
  readonly tests: Pick<typeof vscode.tests, 'createTestController'>;
  readonly TestRunProfileKind: Pick<typeof vscode.TestRunProfileKind, 'Run'>;
  readonly TestRunRequest: typeof vscode.TestRunRequest;
}

/** "Docker limits" in the Test Explorer. Registered at activation; the tree and what runs it are loaded when asked for. */
export class LimitTests {
  readonly #load: typeof loadLimits;
  readonly #parts: LimitsParts & { readonly host: LimitTestsHost };
  readonly #controller: vscode.TestController;
  readonly #profile: vscode.TestRunProfile;
  #late: Promise<Limits> | undefined;
  #now: Limits | undefined;
  #disposed = false;

  constructor(load: typeof loadLimits, parts: LimitsParts & { readonly host: LimitTestsHost }) {
    this.#load = load;
    this.#parts = parts;
    const { tests, TestRunProfileKind } = parts.host;
    this.#controller = tests.createTestController('dindStation.limits', 'Docker limits');
    this.#controller.resolveHandler = async (item) => {
      if (item === undefined) await this.#get();
    };
    const prove = async (request: vscode.TestRunRequest): Promise<void> => (await this.#get()).prove(request);
    this.#profile = this.#controller.createRunProfile('Verify', TestRunProfileKind.Run, prove, true);
  }

  /** Opens the Test Explorer and runs every proof. */
  async proveAll(): Promise<void> {
    const { host } = this.#parts;
    await host.commands.executeCommand('workbench.view.testing.focus');
    await (await this.#get()).prove(new host.TestRunRequest(undefined, undefined, this.#profile));
  }

  /** Runs every proof, or the one of an id, as the Test Explorer would, and leaves the person where they are. */
  async prove(id: string | undefined): Promise<void> {
    const limits = await this.#get();
    const chosen = id === undefined ? undefined : [limits.item(id)];
    await limits.prove(new this.#parts.host.TestRunRequest(chosen, undefined, this.#profile, false, true));
  }

  /** Ends the run that is under way, whoever began it. */
  cancel(): void {
    this.#now?.cancel();
  }

  async status(): Promise<LimitsStatus> {
    return (await this.#get()).status;
  }

  /** A failed load is tried again by the next caller. */
  async #get(): Promise<Limits> {
    this.#late ??= this.#make().catch((error: unknown) => {
      this.#late = undefined;
      this.#parts.log.error(`The limit checks cannot be loaded: ${String(error)}`);
      throw error;
    });
    return this.#late;
  }

  async #make(): Promise<Limits> {
    const { Limits } = await this.#load();
    if (this.#disposed) throw new Error('The window is closing.');
    this.#now = new Limits(this.#controller, this.#parts);
    return this.#now;
  }

  /** Ends what is under way; resolves when nothing of it is left in the engine. */
  async close(): Promise<void> {
    this.#disposed = true;
    await this.#now?.close();
  }

  dispose(): void {
    void this.close();
    this.#controller.dispose();
  }
}
