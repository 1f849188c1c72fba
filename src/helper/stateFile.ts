import { readFileSync } from 'node:fs';
import { parseHelperState, type HelperWord, isWorking } from './helperState';
import { readRegularFileSync } from '../util/regularFile';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}

/** The letter of proc_pid_stat(5), such as `T` for one that a signal stopped; undefined when it is gone or hidden. */
export function processState(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The name may hold anything, brackets and blanks too.
    return text.charAt(text.lastIndexOf(')') + 2);
  } catch {
    // Gone, or a process of somebody else under hidepid.
    return undefined;
  }
}

/** A process that exists is one that a signal could be sent to, whoever may send it. */
function isGone(pid: number): boolean {
  if (processState(pid) === 'Z') return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** Whether that process is a living helper. A zombie's command line is empty, a reused number has another one. */
export function isHelperAlive(pid: number): boolean {
  try {
    return /dind-(?:helper|rootless)/u.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    // With hidepid=2 /proc hides the processes of others.
    return !isGone(pid);
  }
}

/**
 * The helper's state file, or undefined when there is none, when it is none of ours, or when it says that a helper is
 * at work who is gone. Read in one go and without waiting: it is a few hundred bytes in memory, replaced by rename.
 */
export function readHelperFile(path: string, alive: (pid: number) => boolean = isHelperAlive): HelperWord | undefined {
  let text: string;
  try {
    text = readRegularFileSync(path);
  } catch {
    // No helper has ever run, or a folder we may not read: either way it tells nothing.
    return undefined;
  }
  const state = parseHelperState(text);
  if (state === undefined) return undefined;
  if (isWorking(state)) {
    if (!alive(state.helperPid)) return undefined;
    return processState(state.helperPid) === 'T' ? { ...state, stopped: true } : state;
  }
  return state.state === 'running' && state.pid > 0 && isGone(state.pid) ? { ...state, daemonGone: true } : state;
}
