import { parseArgs } from 'node:util';
import { Refusal } from '../lib/refusal.mjs';

/** @typedef {'20.10' | '26.1' | '28.5'} Engine */

/** The Debian that has an engine. @type {Readonly<Record<Engine, string>>} */
export const suites = { '20.10': 'bookworm', 26.1: 'trixie', 28.5: 'forky' };
/** What is around the daemon; with `-naive` it is started without our preparation, to show what that does. */
export const nestings = /** @type {const} */ (['bare', 'nested', 'nested-naive', 'host', 'host-naive']);

/** @typedef {typeof nestings[number]} Nesting */
/** @typedef {'v1' | 'v2'} Cgroups */

/**
 * @typedef {object} MatrixOptions
 * @property {readonly Engine[]} engines
 * @property {readonly Cgroups[]} cgroups
 * @property {readonly Nesting[]} nestings
 */

export const usage = `usage: npm run test:matrix [-- OPTION...]

Starts the daemon of each engine in each kind of place and proves with real containers and the kernel's own counters what
becomes of their limits, of a restart and of a kill -9. All of it takes about a quarter of an hour; the engines are fetched
from Debian's packages once.

  --engine VERSION   20.10, 26.1, 28.5; may be given more than once; default: all
  --cgroup KIND      v1, v2
  --nesting KIND     bare (a plain host), nested (in a container), host (in a container with the machine's cgroup
                     namespace and a memory limit around it); nested-naive, host-naive: without our preparation
  --help             show this

Exit status: 0 every prepared cell holds, or the kernel has not got what it would need; 1 one does not; 2 usage.`;

/**
 * @param {readonly string[]} args
 * @returns {MatrixOptions | 'help'}
 * @throws {Refusal} with status 2
 */
export function parseMatrixOptions(args) {
  const values = readArguments(args);
  if (values.help === true) return 'help';
  return {
    engines: chosen('engine', values.engine, /** @type {Engine[]} */ (Object.keys(suites))),
    cgroups: chosen('cgroup', values.cgroup, /** @type {Cgroups[]} */ (['v1', 'v2'])),
    nestings: chosen('nesting', values.nesting, [...nestings]),
  };
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const many = /** @type {const} */ ({ type: 'string', multiple: true });
  try {
    return parseArgs({
      args: [...args],
      options: { engine: many, cgroup: many, nesting: many, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's own sentence names the option and what is wrong with it; advice on "--" that may follow is cut off.
    const [sentence = error.message] = error.message.split('. ');
    throw new Refusal(`${sentence.replace(/\.$/, '')}; see npm run test:matrix -- --help.`, 2);
  }
}

/**
 * @template {string} T
 * @param {string} name
 * @param {readonly string[] | undefined} given
 * @param {readonly T[]} all
 * @returns {readonly T[]} those that were given, in their usual order; all when none was
 */
function chosen(name, given, all) {
  const unknown = given?.find((value) => !all.some((known) => known === value));
  if (unknown !== undefined) throw new Refusal(`--${name} is "${unknown}"; expected one of: ${all.join(', ')}.`, 2);
  return given === undefined ? all : all.filter((known) => given.includes(known));
}
