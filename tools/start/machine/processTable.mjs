import { readFileSync, readlinkSync } from 'node:fs';
import { commandLine, listProcesses } from '../../lib/processes.mjs';

/**
 * A process as it can be compared. `here`: it is in our own PID and network namespaces, so that a daemon would be this
 * machine's; undefined when we may not look.
 * @typedef {import('../../lib/processes.mjs').Process
 *   & { uid: number, name: string, args: string, here: boolean | undefined }} SeenProcess
 */

/** @param {{ pid: number, started: string }} process */
export const processKey = ({ pid, started }) => `${pid}/${started}`;

/**
 * Every process of this machine, by PID and start time.
 * @returns {Map<string, SeenProcess>}
 */
export function takeProcesses() {
  return new Map(listProcesses().map((process) => [processKey(process), describe(process)]));
}

/**
 * @param {import('../../lib/processes.mjs').Process} process
 * @returns {SeenProcess}
 */
function describe(process) {
  const status = textOf(`/proc/${process.pid}/status`);
  const field = (/** @type {string} */ name) => new RegExp(`^${name}:\\s*(.+)`, 'm').exec(status)?.[1] ?? '';
  return {
    ...process,
    uid: Number(field('Uid').split(/\s/)[0] || -1),
    name: field('Name'),
    args: commandLine(process.pid).join(' '),
    here: sameNamespaces(process.pid),
  };
}

/** @param {number} pid */
function sameNamespaces(pid) {
  try {
    return ['pid', 'net'].every(
      (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) === readlinkSync(`/proc/self/ns/${kind}`),
    );
  } catch {
    // Another user's, or gone: not known.
    return undefined;
  }
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

/** How often the tree below a run is looked at, in milliseconds. */
const lookMs = 250;

/**
 * Remembers everything that is ever below this process, also what loses its parent later (a daemon, a process that was
 * left behind): at the end it is known whose it is.
 */
export class ProcessWatch {
  /** @type {Set<string>} */
  #seen = new Set();
  /** @type {NodeJS.Timeout} */
  #timer;

  constructor() {
    this.#timer = setInterval(() => this.#look(), lookMs);
    this.#look();
  }

  #look() {
    this.add(process.pid);
  }

  /**
   * Takes a process and what is below it for this run's: a daemon that was started through somebody else (an init system).
   * @param {number} pid
   */
  add(pid) {
    const all = listProcesses();
    const own = new Set([pid]);
    for (const { pid: known } of all) if (this.#has(all, known)) own.add(known);
    // A child's number may be below its parent's: look until nothing is added.
    for (let before = -1; before !== own.size;) {
      before = own.size;
      for (const one of all) if (own.has(one.ppid)) own.add(one.pid);
    }
    for (const one of all) if (own.has(one.pid)) this.#seen.add(processKey(one));
  }

  /**
   * @param {readonly import('../../lib/processes.mjs').Process[]} all
   * @param {number} pid
   */
  #has(all, pid) {
    const found = all.find((one) => one.pid === pid);
    return found !== undefined && this.#seen.has(processKey(found));
  }

  /** Whether a process was ever below this run. @param {string} key */
  has(key) {
    return this.#seen.has(key);
  }

  end() {
    clearInterval(this.#timer);
  }
}
