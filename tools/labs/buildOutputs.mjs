import { fileURLToPath } from 'node:url';
import { runOrRefuse } from '../lib/run.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The outputs as they ship, for a lab that runs the command line. @param {{ signal: AbortSignal }} context */
export function buildOutputs({ signal }) {
  return runOrRefuse('bundling', [process.execPath, 'esbuild.mjs', '--production'], { cwd: root, signal });
}
