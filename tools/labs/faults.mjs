// Every failure that can be made here, made: is it found, does its remedy mend it? And failures that no rule knows: does
// anything say that all is well, is what Docker said shown whole? `npm run test:faults`, or with names.
import { existsSync } from 'node:fs';
import { clients } from '../../test/faults/clients.mjs';
import { running } from '../../test/faults/running.mjs';
import { start } from '../../test/faults/start.mjs';
import { surroundings } from '../../test/faults/surroundings.mjs';
import { unknown } from '../../test/faults/unknown.mjs';
import { choice } from '../lib/lab.mjs';
import { markdownTable } from '../lib/markdownTable.mjs';
import { buildOutputs } from './buildOutputs.mjs';
import { judge } from './faultJudge.mjs';
import { tryUnknown } from './unknownFailures.mjs';
import { sumUpUnknown } from './unknownJudge.mjs';

/** @typedef {import('./faultJudge.mjs').Fault} Fault */
/** @typedef {import('./faultJudge.mjs').Verdict} Verdict */
/** @typedef {import('./unknownJudge.mjs').Unknown} Unknown */
/** @typedef {import('./unknownJudge.mjs').Verdict} UnknownVerdict */

const stages = /** @type {const} */ (['known', 'unknown']);
/** @typedef {{ readonly stage: readonly (typeof stages)[number][] }} Asked */
/** @typedef {{ readonly known: Fault } | { readonly unknown: Unknown }} Row */
/** @typedef {{ readonly known: Verdict } | { readonly unknown: UnknownVerdict }} Result */

/** @type {readonly Fault[]} */
const faults = [...start, ...running, ...surroundings, ...clients];
const entries = faults.map(({ entry }) => entry);
const unknownNames = unknown.map(({ name }) => name);

/** @param {Verdict} verdict */
const isGood = ({ made, judged, gone }) => made === 'yes' && judged === 'right' && gone !== 'NO';

/** @param {readonly Result[]} results */
const knownOf = (results) => results.flatMap((result) => ('known' in result ? [result.known] : []));
/** @param {readonly Result[]} results */
const unknownOf = (results) => results.flatMap((result) => ('unknown' in result ? [result.unknown] : []));

/** @param {readonly Verdict[]} verdicts */
function showKnown(verdicts) {
  const rows = verdicts.map(({ entry, made, found, judged, remedy, gone }) => [
    entry,
    made,
    found,
    judged,
    remedy,
    gone,
  ]);
  console.log(markdownTable(['entry', 'made', 'finding', 'judged', 'remedy', 'gone'], rows));
  const good = verdicts.filter(isGood).length;
  const bad = verdicts.length - good;
  console.log(`\n${String(verdicts.length)} faults: ${String(good)} made, found first and mended, ${String(bad)} not`);
}

/** @param {readonly UnknownVerdict[]} verdicts */
function showUnknown(verdicts) {
  const rows = verdicts.map(({ name, failing, status, doctor, shown, problems }) => {
    const failure = unknown.find((one) => one.name === name);
    const judged = problems.length === 0 ? 'right' : problems.join('; ');
    return [name, `${failure?.replaces ?? ''}, ${failure?.when ?? ''}`, failing, status, doctor, shown, judged];
  });
  const head = ['unknown failure', 'replaced, when', 'docker run fails', 'status', 'doctor', 'text shown in', 'judged'];
  console.log(markdownTable(head, rows));
  console.log(`\nunknown failures: ${sumUpUnknown(verdicts).words}`);
}

/** @type {import('../lib/lab.mjs').Lab<Asked, Row, Result>} */
export const lab = {
  name: 'test:faults',
  usage: '[-- [--stage STAGE] ENTRY...]',
  about: `Known failures: makes each failure of the catalogue in a private container of its own, asks dind-station doctor, applies the
remedy and looks whether the failure is gone. Unknown failures: replaces a program of the engine by one that fails with a text
that no rule knows, before, during or after a start; neither status nor doctor may say that all is well while docker run
fails, and the text must be shown whole. Prints a table of each.

  --stage STAGE   known, unknown; default: both

Entries: ${entries.join(', ')}.
Unknown: ${unknownNames.join(', ')}.
Exit status: 0 all found and mended, none passed over; 1 something was not; 2 usage.`,
  options: { stage: choice(stages) },
  choices: { noun: 'fault', names: [...entries, ...unknownNames] },
  root: 'the faults are made in private containers, which needs root.',
  prepare: buildOutputs,
  rows: ({ chosen, options: { stage } }) => {
    const cgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1';
    /** @type {Row[]} */
    const known = faults
      .filter((fault) => chosen.includes(fault.entry) && (fault.cgroups ?? cgroups) === cgroups)
      .map((fault) => ({ known: fault }));
    const others = unknown.filter(({ name }) => chosen.includes(name)).map((failure) => ({ unknown: failure }));
    return [...(stage.includes('known') ? known : []), ...(stage.includes('unknown') ? others : [])];
  },
  title: (row) => ('known' in row ? row.known.entry : `unknown: ${row.unknown.name}`),
  run: async (row, context) =>
    'known' in row ? { known: await judge(row.known, context) } : { unknown: await tryUnknown(row.unknown, context) },
  show: (results) => {
    const [known, others] = [knownOf(results), unknownOf(results)];
    if (known.length > 0) showKnown(known);
    if (known.length > 0 && others.length > 0) console.log('');
    if (others.length > 0) showUnknown(others);
  },
  judge: (results) =>
    knownOf(results).every(isGood) && unknownOf(results).every(({ problems }) => problems.length === 0),
};
