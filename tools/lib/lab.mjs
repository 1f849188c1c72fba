import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';
import { chosenOf, parseCommandLine } from './commandLine.mjs';
import { findElevation } from './elevation.mjs';
import { runEntry } from './entry.mjs';
import { createProgress } from './progress.mjs';
import { Refusal } from './refusal.mjs';

/** @typedef {import('./progress.mjs').Step} Step */

/**
 * One option of a lab, and how what was given for it is read; `given` is empty when nothing was.
 * @template T
 * @typedef {{ readonly multiple: boolean, readonly read: (name: string, given: readonly string[]) => T }} LabOption
 */

/**
 * What a lab is asked for.
 * @template O
 * @typedef {{ readonly options: O, readonly chosen: readonly string[] }} Asked `chosen`: as named, or all there are
 */

/**
 * What a row is run with. Elevation is there where the lab needs root.
 * @typedef {Step & { readonly signal: AbortSignal, readonly elevate: import('./elevation.mjs').Elevate,
 *   readonly say: (text: string) => void }} RowContext
 */

/**
 * A laboratory: rows that are each made and run for real, one after the other, and what came of them as a table.
 *
 * @template O, Row, Result
 * @typedef {object} Lab
 * @property {string} name of the command in package.json
 * @property {string} [usage] its arguments, as the help names them: `[-- NAME...]`
 * @property {string} about the rest of the help
 * @property {{ readonly [K in keyof O]: LabOption<O[K]> }} [options] besides --help
 * @property {{ readonly noun: string, readonly names: readonly string[], readonly hint?: string }} [choices] what may be
 *   named on the command line; `hint`: where to find those that there are, when not in the help
 * @property {readonly (keyof typeof needSets)[]} [packages] what the machine must have
 * @property {string} [root] why it runs as root, as a refusal says it
 * @property {(context: { signal: AbortSignal, elevate: import('./elevation.mjs').Elevate,
 *   progress: import('./progress.mjs').Progress }) => Promise<unknown>} [prepare]
 * @property {(asked: Asked<O>, context: { signal: AbortSignal, scratch: () => string }) => readonly Row[] | Promise<readonly Row[]>} rows
 *   `scratch`: a folder that is removed at the end
 * @property {(row: Row) => string} [title] the step that a row is shown as; without, it is not shown
 * @property {(row: Row, context: RowContext) => Promise<Result>} run
 * @property {(results: readonly Result[]) => void} [keep] after each row, so that what was found is there when the rest
 *   is interrupted
 * @property {(results: readonly Result[]) => void} show prints what came of them, at the end
 * @property {(results: readonly Result[]) => boolean} judge whether all is as it should be
 */

/**
 * @template {string} T
 * @param {readonly T[]} all
 * @returns {LabOption<readonly T[]>} may be given more than once; all of them when it is not given
 */
export function choice(all) {
  return {
    multiple: true,
    read: (name, given) =>
      chosenOf(all, given, (unknown) => `--${name} is "${unknown}"; expected one of: ${all.join(', ')}.`),
  };
}

/**
 * @param {() => number} otherwise
 * @returns {LabOption<number>}
 */
export function wholeNumber(otherwise) {
  return {
    multiple: false,
    read: (name, [text]) => {
      if (text === undefined) return otherwise();
      if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(`--${name} is ${text}, expected a whole number from 1.`, 2);
      return Number(text);
    },
  };
}

/**
 * @template O, Row, Result
 * @param {Lab<O, Row, Result>} lab
 * @param {readonly string[]} args
 * @returns {Asked<O> | 'help'}
 * @throws {Refusal} with status 2
 */
export function readArguments({ name, options, choices }, args) {
  const command = `npm run ${name} --`;
  /** @type {[string, LabOption<unknown>][]} */
  const declared = Object.entries(options ?? {});
  const { values, positionals } = parseCommandLine(command, {
    args: [...args],
    options: {
      ...Object.fromEntries(
        declared.map(([key, { multiple }]) => [key, { type: /** @type {const} */ ('string'), multiple }]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: choices !== undefined,
  });
  const all = /** @type {Readonly<Record<string, string | string[] | boolean | undefined>>} */ (values);
  if (all['help'] === true) return 'help';
  const given = (/** @type {string} */ key) => /** @type {string[]} */ ([all[key] ?? []].flat());
  const read = Object.fromEntries(declared.map(([key, { read }]) => [key, read(key, given(key))]));
  const hint = choices?.hint ?? `${command} --help lists them`;
  const names = choices?.names ?? [];
  chosenOf(names, positionals, (unknown) => `there is no ${choices?.noun ?? 'argument'} ${unknown}; ${hint}.`);
  return { options: /** @type {O} */ (read), chosen: positionals.length === 0 ? names : positionals };
}

/** @param {Pick<Lab<unknown, unknown, unknown>, 'name' | 'usage' | 'about'>} lab */
export function help({ name, usage, about }) {
  return `usage: npm run ${name}${usage === undefined ? '' : ` ${usage}`}\n\n${about}`;
}

/**
 * The whole of a lab's command: help, packages, root, preparation, rows, table, exit status (0 all as it should be, 1 not,
 * 2 usage).
 *
 * @template O, Row, Result
 * @param {Lab<O, Row, Result>} lab
 * @param {readonly string[]} args
 */
export function runLab(lab, args) {
  return runEntry(lab.name, async (signal) => {
    const asked = readArguments(lab, args);
    if (asked === 'help') {
      console.log(help(lab));
      return 0;
    }
    const progress = createProgress(process.stderr);
    /** @type {string | undefined} */
    let folder;
    const scratch = () => (folder ??= mkdtempSync(join(tmpdir(), 'dind-station-lab-')));
    try {
      const elevate = await ready(lab, progress, signal);
      await lab.prepare?.({ signal, elevate, progress });
      const rows = await lab.rows(asked, { signal, scratch });
      const results = await runRows(lab, rows, { progress, signal, elevate });
      lab.show(results);
      return lab.judge(results) ? 0 : 1;
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true });
    }
  });
}

/**
 * @template O, Row, Result
 * @param {Lab<O, Row, Result>} lab
 * @param {import('./progress.mjs').Progress} progress
 * @param {AbortSignal} signal
 * @returns {Promise<import('./elevation.mjs').Elevate>}
 */
async function ready({ packages, root }, progress, signal) {
  if (packages !== undefined) {
    await progress.step('Debian packages', ({ detail }) =>
      provision(
        packages.flatMap((name) => needSets[name]),
        { elevate: () => findElevation(signal), detail, signal },
      ),
    );
  }
  if (root === undefined) return (argv) => [...argv];
  const elevate = await findElevation(signal);
  if (elevate === undefined) throw new Refusal(root);
  return elevate;
}

/**
 * @template O, Row, Result
 * @param {Lab<O, Row, Result>} lab
 * @param {readonly Row[]} rows
 * @param {{ progress: import('./progress.mjs').Progress, signal: AbortSignal, elevate: import('./elevation.mjs').Elevate }} context
 */
async function runRows(lab, rows, { progress, signal, elevate }) {
  /** @type {Result[]} */
  const results = [];
  const silent = { detail: () => undefined, note: () => undefined };
  for (const row of rows) {
    const one = (/** @type {Step} */ step) => lab.run(row, { ...step, signal, elevate, say: progress.say });
    results.push(await (lab.title === undefined ? one(silent) : progress.step(lab.title(row), one)));
    lab.keep?.(results);
  }
  return results;
}
