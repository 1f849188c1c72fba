import type * as Diagnosis from './diagnosis';

/** Loads the output file of the facts and the rules, once per process: Node keeps modules. Bundling leaves this import alone. */
export async function loadDiagnosis(): Promise<typeof Diagnosis> {
  return import('./diagnosis');
}
