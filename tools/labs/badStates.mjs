// Every state that a start has to cope with, made for real, and what came of it: `npm run bad-states`.
import { withSandbox } from '../lib/sandbox.mjs';
import { Refusal } from '../lib/refusal.mjs';

/**
 * One line of test/scripts/bad-states.sh.
 * @typedef {{ state: string, after: string, ms: number, words: string, as_wanted: boolean }} Row
 */

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

/** @type {import('../lib/lab.mjs').Lab<object, string, readonly Row[]>} */
export const lab = {
  name: 'bad-states',
  about: `Makes each bad state (test/scripts/bad_states.bash) in a private container, runs \`dind-helper start\` and prints the state
afterwards, the time it took, and what was said. The same states are tests in the stage scripts.
Exit status: 0 all as wanted, 1 not all.`,
  packages: ['engine', 'test'],
  root: 'the states are made in a private container, which needs root.',
  // One container for all of them: the program makes and ends each.
  rows: () => ['test/scripts/bad-states.sh'],
  title: () => 'bad states',
  run: (program, { elevate, signal }) =>
    withSandbox({ name: 'bad-states', elevate, signal }, async (sandbox) => {
      const { code, stdout, stderr } = await sandbox.run([program]);
      if (code !== 0) throw new Refusal(`${program} ended with status ${code}:\n${stderr || stdout}`);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => /** @type {Row} */ (JSON.parse(line)));
    }),
  show: (results) => console.log(table(results.flat())),
  judge: (results) => results.flat().every(({ as_wanted }) => as_wanted),
};
