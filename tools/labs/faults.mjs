// Every failure that can be made here, made: is it found, does its remedy mend it? `npm run test:faults`, or with names.
import { existsSync } from 'node:fs';
import { clients } from '../../test/faults/clients.mjs';
import { running } from '../../test/faults/running.mjs';
import { start } from '../../test/faults/start.mjs';
import { surroundings } from '../../test/faults/surroundings.mjs';
import { markdownTable } from '../lib/markdownTable.mjs';
import { buildOutputs } from './buildOutputs.mjs';
import { judge } from './faultJudge.mjs';

/** @typedef {import('./faultJudge.mjs').Fault} Fault */
/** @typedef {import('./faultJudge.mjs').Verdict} Verdict */

/** @type {readonly Fault[]} */
const faults = [...start, ...running, ...surroundings, ...clients];
const entries = faults.map(({ entry }) => entry);

/** @param {Verdict} verdict */
const isGood = ({ made, judged, gone }) => made === 'yes' && judged === 'right' && gone !== 'NO';

/** @type {import('../lib/lab.mjs').Lab<object, Fault, Verdict>} */
export const lab = {
  name: 'test:faults',
  usage: '[-- ENTRY...]',
  about: `Makes each failure of the catalogue in a private container of its own, asks dind-station doctor, applies the remedy and
looks whether the failure is gone. Prints a table. Entries: ${entries.join(', ')}.
Exit status: 0 all found and mended, 1 something was not, 2 usage.`,
  choices: { noun: 'fault', names: entries },
  root: 'the faults are made in private containers, which needs root.',
  prepare: buildOutputs,
  rows: ({ chosen }) => {
    const cgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1';
    return faults.filter((fault) => chosen.includes(fault.entry) && (fault.cgroups ?? cgroups) === cgroups);
  },
  title: ({ entry }) => entry,
  run: judge,
  show: (verdicts) => {
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
    console.log(
      `\n${String(verdicts.length)} faults: ${String(good)} made, found first and mended, ${String(bad)} not`,
    );
  },
  judge: (verdicts) => verdicts.every(isGood),
};
