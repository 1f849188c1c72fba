import type * as Late from './backgroundDiagnosis';
import type { BackgroundDiagnosis, BackgroundDiagnosisParts } from './backgroundDiagnosis';
import { Lazy } from './lazy';
import { loadDiagnosis } from './lazyDiagnosis';

/** Loads the background diagnosis' output file; bundling leaves this import alone. */
export async function loadBackgroundDiagnosis(): Promise<typeof Late> {
  return import('./backgroundDiagnosis');
}

/** What looks at the machine without being asked. */
export class LazyBackgroundDiagnosis extends Lazy<BackgroundDiagnosis> {
  constructor(load: typeof loadBackgroundDiagnosis, parts: BackgroundDiagnosisParts) {
    super(async () => {
      const [{ BackgroundDiagnosis }, diagnosis] = await Promise.all([load(), loadDiagnosis()]);
      return () => new BackgroundDiagnosis(parts, diagnosis);
    });
  }
}
