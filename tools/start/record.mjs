import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, readProcess } from '../lib/processes.mjs';
import { runOrRefuse } from '../lib/run.mjs';

/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */
/** @typedef {import('./machine/snapshot.mjs').Snapshot} Snapshot */

/** One file for each run of `npm start`, written as root: what a file says there is ended and removed as root. */
const folder = '/run/dind-station-start';

/** A process that is meant, and no later one of the same number. @typedef {{ pid: number, started: string }} Identity */

/**
 * What a run has started, for the case that it is killed before it can end it.
 * @typedef {object} StartRecord
 * @property {Identity} owner the run itself
 * @property {Identity & { folder: string } | undefined} [server] code-server, and the folder of its programs
 * @property {Identity | 'starting' | undefined} [daemon] only when it is this run's to stop
 * @property {number} [daemonAfter] uptime in clock ticks when the daemon was asked to start
 * @property {Snapshot | undefined} [before] the machine before the daemon was started
 * @property {string | undefined} [scratch] a folder of the check in /tmp, with what is mounted in it
 */

/**
 * The record of a run that goes on.
 */
export class RunRecord {
  #elevate;
  #path;
  /** @type {StartRecord} */
  #content;

  /** @param {Elevate | undefined} elevate without it nothing is recorded: then nothing could be ended by the record either */
  constructor(elevate) {
    const owner = identityOf(process.pid);
    this.#elevate = elevate;
    this.#path = join(folder, `${owner.pid}-${owner.started}`);
    this.#content = { owner };
  }

  /** @param {Partial<StartRecord>} more */
  async note(more) {
    this.#content = { ...this.#content, ...more };
    if (this.#elevate === undefined) return;
    const write = 'umask 022; mkdir -p "${1%/*}" && cat >"$1.new" && mv -f "$1.new" "$1"';
    await runOrRefuse('recording what is started', this.#elevate(['sh', '-c', write, 'sh', this.#path]), {
      input: JSON.stringify(this.#content),
    });
  }

  async remove() {
    if (this.#elevate !== undefined) await removeRecord(this.#path, this.#elevate);
  }
}

/**
 * @param {string} path
 * @param {Elevate} elevate
 */
export async function removeRecord(path, elevate) {
  const remove = 'rm -f "$1" "$1.new"; rmdir "${1%/*}" 2>/dev/null || :';
  await runOrRefuse('removing the record of this run', elevate(['sh', '-c', remove, 'sh', path]));
}

/**
 * @param {number} pid
 * @returns {Identity}
 */
export function identityOf(pid) {
  const { started = '' } = readProcess(pid) ?? {};
  return { pid, started };
}

/** The time since boot in the unit of start times, as proc(5) has them: hundredths of a second. */
export function uptimeTicks() {
  return Math.round(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 100);
}

/** @param {Identity} identity */
export const lives = ({ pid, started }) => isAlive({ pid, started, ppid: 0, zombie: false });

/**
 * The records of runs that were killed.
 *
 * @param {string} [at]
 * @param {number} [owner] whose files count: root's
 * @returns {{ path: string, record: StartRecord }[]}
 */
export function killedRuns(at = folder, owner = 0) {
  if (!existsSync(at) || !isOnly(at, owner)) return [];
  return readdirSync(at)
    .filter((name) => /^\d+-\d+$/.test(name))
    .map((name) => join(at, name))
    .filter((path) => isOnly(path, owner))
    .map((path) => ({ path, record: /** @type {StartRecord} */ (JSON.parse(readFileSync(path, 'utf8'))) }))
    .filter(({ record }) => !lives(record.owner));
}

/**
 * Whether nobody but one user can have written this.
 *
 * @param {string} path
 * @param {number} owner
 */
function isOnly(path, owner) {
  const { uid, mode } = lstatSync(path);
  return uid === owner && (mode & 0o022) === 0;
}
