import { readFileSync, readdirSync } from 'node:fs';

/**
 * A process as /proc shows it. The start time (clock ticks since boot) tells it from a later one of the same number.
 * @typedef {{ pid: number, ppid: number, started: string, zombie: boolean }} Process
 */

/**
 * @param {number} pid
 * @returns {Process | undefined} undefined when there is none
 */
export function readProcess(pid) {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name may hold anything, also blanks and brackets: fields are counted from its closing bracket (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid, ppid: Number(fields[1]), started: fields[19] ?? '', zombie: fields[0] === 'Z' };
}

/**
 * Whether this very process still does something; a zombie does not.
 * @param {Process} process
 */
export function isAlive(process) {
  const now = readProcess(process.pid);
  return now !== undefined && !now.zombie && now.started === process.started;
}

/** Every process that is here now. @returns {Process[]} */
export function listProcesses() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((process) => process !== undefined);
}

/**
 * A process and everything below it.
 * @param {number} pid
 * @returns {Process[]}
 */
export function processTree(pid) {
  const all = listProcesses();
  const root = all.find((process) => process.pid === pid);
  const tree = root === undefined ? [] : [root];
  for (const process of tree) tree.push(...all.filter((child) => child.ppid === process.pid));
  return tree;
}

/**
 * The arguments a process was started with; empty for a kernel thread, a zombie or none.
 * @param {number} pid
 */
export function commandLine(pid) {
  return (readProc(`${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
}

/** @param {string} path */
function readProc(path) {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined;
    throw error;
  }
}
