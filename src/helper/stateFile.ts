import { readFileSync } from 'node:fs';
import { parseHelperState, type HelperStateFile, isWorking } from './helperState';
import { readRegularFileSync } from '../util/regularFile';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}

/** Whether that process is a living helper. A zombie's command line is empty, a reused number has another one. */
export function isHelperAlive(pid: number): boolean {
  try {
    return /dind-(?:helper|rootless)/u.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    // With hidepid=2 /proc hides the processes of others; a signal that may not be sent still tells that they exist.
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return codeOf(error) === 'EPERM';
    }
  }
}

/**
 * The helper's state file, or undefined when there is none, when it is none of ours, or when it says that a helper is
 * at work who is gone. Read in one go and without waiting: it is a few hundred bytes in memory, replaced by rename.
 */
export function readHelperFile(
  path: string,
  alive: (pid: number) => boolean = isHelperAlive,
): HelperStateFile | undefined {
  let text: string;
  try {
    text = readRegularFileSync(path);
  } catch {
    // No helper has ever run, or a folder we may not read: either way it tells nothing.
    return undefined;
  }
  const state = parseHelperState(text);
  return state === undefined || !isWorking(state) || alive(state.helperPid) ? state : undefined;
}
