#!/usr/bin/env node
// Every state that a start has to cope with, made for real, and what came of it: `npm run bad-states`.
import { parseArgs } from 'node:util';
import { withBed } from './lib/bed.mjs';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';

/**
 * One line of test/scripts/bad-states.sh.
 * @typedef {{ state: string, after: string, ms: number, words: string, as_wanted: boolean }} Row
 */

const help = `usage: npm run bad-states

Makes each bad state (test/scripts/bad_states.bash) in a private container, runs \`dind-helper start\` and prints the state
afterwards, the time it took, and what was said. The same states are tests in the stage scripts.
Exit status: 0 all as wanted, 1 not all.`;

/**
 * As a table in plain text; the last column is as long as it is.
 * @param {readonly Row[]} rows
 */
function table(rows) {
  const cells = [
    ['state made', 'state after it', 'ms', '', 'the words'],
    ...rows.map(({ state, after, ms, words, as_wanted }) => [
      state,
      after,
      String(ms),
      as_wanted ? 'as wanted' : 'NOT AS WANTED',
      words.trim(),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')).join('\n');
}

await runEntry('bad-states', async (signal) => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const progress = createProgress(process.stderr);
  await progress.step('Debian packages', ({ detail }) =>
    provision([...needSets.engine, ...needSets.test], { elevate: () => findElevation(signal), detail, signal }),
  );
  const elevate = await findElevation(signal);
  if (elevate === undefined) throw new Refusal('the states are made in a private container, which needs root.');
  const rows = await progress.step('bad states', () =>
    withBed({ name: 'bad-states', elevate, signal }, async (bed) => {
      const { code, stdout, stderr } = await bed.run(['test/scripts/bad-states.sh']);
      if (code !== 0) throw new Refusal(`test/scripts/bad-states.sh ended with status ${code}:\n${stderr || stdout}`);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => /** @type {Row} */ (JSON.parse(line)));
    }),
  );
  console.log(table(rows));
  return rows.every(({ as_wanted }) => as_wanted) ? 0 : 1;
});
