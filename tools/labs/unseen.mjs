// Faults that the diagnosis was not made for, made: what does it say? `npm run test:unseen`, or with names.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faults } from '../../test/unseen/faults.mjs';
import { markdownTable } from '../lib/markdownTable.mjs';
import { withSandbox } from '../lib/sandbox.mjs';
import { buildOutputs } from './buildOutputs.mjs';
import { lastLine, stepsIn, userWithHelper } from './faultSteps.mjs';
import { readAnswer, score } from './unseenScore.mjs';

/** @typedef {import('./unseenScore.mjs').UnseenFault} UnseenFault */

/**
 * @typedef {import('./unseenScore.mjs').Score & { readonly entry: string, readonly kind: string, readonly made: string }} Result
 *   `made`: yes, or what went wrong
 */

const entries = faults.map(({ entry }) => entry);
const outputs = fileURLToPath(new URL('../../test-output/unseen', import.meta.url));

/** @param {Result} result */
const isGood = ({ made, cause, falseGreen }) => made === 'yes' && cause && !falseGreen;

/**
 * Makes one fault and asks what its user would ask. What was said stays in test-output/unseen.
 *
 * @param {UnseenFault} fault
 * @param {{ elevate: import('../lib/elevation.mjs').Elevate, signal: AbortSignal }} context
 * @returns {Promise<Result>}
 */
function ask({ entry, kind, make, there, expect }, { elevate, signal }) {
  return withSandbox({ name: `unseen-${entry}`, elevate, signal }, async (sandbox) => {
    const folder = join(outputs, entry);
    mkdirSync(folder, { recursive: true });
    const keep = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(join(folder, name), text);
    const asked = async (/** @type {'status' | 'doctor'} */ word) => {
      const answer = await sandbox.run(['sh', '-c', `. test/faults/prelude.sh; station ${word} --json`]);
      keep(`${word}.json`, answer.stdout);
      return answer;
    };

    const step = stepsIn(sandbox, ['test/faults/prelude.sh']);
    await step(userWithHelper);
    const made = await step(make);
    const symptom = made.code === 0 ? await step(there) : made;
    const answer = readAnswer(await asked('status'), await asked('doctor'));
    const still = symptom.code === 0 ? await step(there) : symptom;
    keep('made.txt', [made, symptom, still].map(({ code, stdout }) => `${stdout}[${String(code)}]\n`).join('\n'));
    const result = {
      entry,
      kind,
      made: still.code === 0 ? 'yes' : lastLine(still),
      ...score(expect, answer),
    };
    keep('score.json', `${JSON.stringify(result, undefined, 2)}\n`);
    return result;
  });
}

/** @param {boolean} right */
const mark = (right) => (right ? 'yes' : '-');

/** @type {import('../lib/lab.mjs').Lab<object, UnseenFault, Result>} */
export const lab = {
  name: 'test:unseen',
  usage: '[-- ENTRY...]',
  about: `Makes faults that the diagnosis was not made for, each in a private container of its own, and asks dind-station status and
doctor: is the cause named, with the fact that shows it and a remedy, or is all said to be well? Prints a table; what was
said is kept in test-output/unseen. Entries: ${entries.join(', ')}.
Exit status: 0 each cause was named, 1 one was not, 2 usage.`,
  choices: { noun: 'fault', names: entries },
  root: 'the faults are made in private containers, which needs root.',
  prepare: buildOutputs,
  rows: ({ chosen }) => {
    const cgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1';
    return faults.filter((fault) => chosen.includes(fault.entry) && (fault.cgroups ?? cgroups) === cgroups);
  },
  title: ({ entry }) => entry,
  run: ask,
  show: (results) => {
    const head = ['entry', 'kind', 'made', 'cause', 'fact', 'remedy', 'severity', 'false green', 'by'];
    const rows = results.map(({ entry, kind, made, cause, fact, remedy, severity, falseGreen, by }) => [
      entry,
      kind,
      made,
      ...[cause, fact, remedy, severity].map(mark),
      falseGreen ? 'FALSE GREEN' : '-',
      by,
    ]);
    console.log(markdownTable(head, rows));
    const count = (/** @type {(result: Result) => boolean} */ is) => String(results.filter(is).length);
    console.log(
      `\n${String(results.length)} faults, ${count(({ made }) => made === 'yes')} made: cause named ${count(({ cause }) => cause)}, ` +
        `fact ${count(({ fact }) => fact)}, remedy ${count(({ remedy }) => remedy)}, ` +
        `severity ${count(({ severity }) => severity)}, false green ${count(({ falseGreen }) => falseGreen)}`,
    );
  },
  judge: (results) => results.every(isGood),
};
