import { Lazy } from './lazy';
import type * as Late from './startup';
import type { Startup, StartupParts } from './startup';

/** Loads the startup's output file; bundling leaves this import alone. */
export async function loadStartup(): Promise<typeof Late> {
  return import('./startup');
}

/** What a window needs after it has opened. */
export class LazyStartup extends Lazy<Startup> {
  readonly #log: StartupParts['log'];

  constructor(load: typeof loadStartup, parts: StartupParts) {
    super(async () => {
      const { Startup } = await load();
      return () => new Startup(parts);
    });
    this.#log = parts.log;
  }

  begin(): void {
    this.get().catch((error: unknown) => this.#log.error(`Startup failed: ${String(error)}`));
  }
}
