import { parseArgs } from 'node:util';
import { Refusal } from './refusal.mjs';

/** @typedef {import('node:util').ParseArgsConfig} ParseArgsConfig */

/**
 * Reads a command line with Node's `parseArgs`; what is wrong with it is a refusal with status 2 instead of an error of ours.
 *
 * @template {ParseArgsConfig} T
 * @param {string} command whose `--help` says more: `npm run bench --`
 * @param {T} config
 * @returns {ReturnType<typeof parseArgs<T>>}
 * @throws {Refusal} with status 2
 */
export function parseCommandLine(command, config) {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's own sentence names the option and what is wrong with it; advice on "--" that may follow is cut off.
    const [sentence = error.message] = error.message.split('. ');
    throw new Refusal(`${sentence.replace(/\.$/, '')}; see ${command} --help.`, 2);
  }
}

/**
 * Those of a list that were named, in the order of the list; all of it when none was.
 *
 * @template {string} T
 * @param {readonly T[]} all
 * @param {readonly string[]} given
 * @param {(unknown: string) => string} sentence what is said of one that is not in the list
 * @returns {readonly T[]}
 * @throws {Refusal} with status 2
 */
export function chosenOf(all, given, sentence) {
  const unknown = given.find((value) => !all.some((known) => known === value));
  if (unknown !== undefined) throw new Refusal(sentence(unknown), 2);
  return given.length === 0 ? all : all.filter((known) => given.includes(known));
}
