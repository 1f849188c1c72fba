import { isUsable } from '../engine/stateTable';
import type { EngineSession } from './engineSession';
import { Lazy } from './lazy';
import type * as Late from './verification';
import type { RunningChecks, VerificationHost, VerificationParts } from './verification';

/** Loads the verification's output file; bundling leaves this import alone. */
export async function loadVerification(): Promise<typeof Late> {
  return import('./verification');
}

/** What finds out whether containers run, loaded when an engine is first seen to run. */
export class LazyVerification extends Lazy<RunningChecks> {
  readonly #loadOutput: typeof loadVerification;
  readonly #parts: VerificationParts & { readonly engine: EngineSession; readonly host: VerificationHost };

  constructor(
    loadOutput: typeof loadVerification,
    parts: VerificationParts & { readonly engine: EngineSession; readonly host: VerificationHost },
  ) {
    super(async () => {
      const { makeRunningChecks } = await loadOutput();
      return () => makeRunningChecks(parts);
    });
    this.#loadOutput = loadOutput;
    this.#parts = parts;
  }

  /** Runs a container now, on whatever engine the window watches, and says what came of it. */
  async request(): Promise<void> {
    const { verifyOnRequest } = await this.#loadOutput();
    await verifyOnRequest(this.#parts.host, this.#parts.engine, this.#parts);
  }

  /** To be told of every state, and when verifying was turned on or off. */
  observe(): void {
    const { engine, log } = this.#parts;
    if (this.now === undefined && !isUsable(engine.state)) return;
    this.get().then(
      (checks) => checks.observe(engine.state, engine.endpoint),
      (error: unknown) => log.error(`Whether containers run cannot be found out: ${String(error)}`),
    );
  }
}
