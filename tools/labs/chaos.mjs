// Random faults over one station, again and again: `npm run chaos`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chaosFaults } from '../../test/chaos/faults.mjs';
import { withSandbox } from '../lib/sandbox.mjs';
import { wholeNumber } from '../lib/lab.mjs';
import { buildOutputs } from './buildOutputs.mjs';
import { isGood, sumLine, table } from './chaosSummary.mjs';

/** @typedef {import('./chaosSummary.mjs').Round} Round */
/** @typedef {{ rounds: number, seed: number }} Options */
/** @typedef {Options & { chosen: readonly string[] }} Plan */

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = chaosFaults.map(({ name }) => name);

/** @type {import('../lib/lab.mjs').Lab<Options, Plan, { whole: boolean, came: readonly Round[] }>} */
export const lab = {
  name: 'chaos',
  usage: '[-- --rounds N] [--seed N] [FAULT...]',
  about: `Starts a station in a private container and lets random faults come over it, some two at once: daemons killed and frozen,
sockets and files removed, a full disk, restarts that are killed, the end of the container itself. After each round a
container must run, a kept one must serve its volume, nothing may be lost and nothing left behind. It is waited 15 s for
the station to come back by itself; then it is restarted as a person would, and once more where the diagnosis advises it.

  --rounds N   how many; 200, which takes about a quarter of an hour
  --seed N     the same number gives the same rounds; a random one is chosen and told

Faults: ${names.join(', ')}.
What came of each round is kept in test-output/chaos.jsonl.
Exit status: 0 all came back with everything, 1 one did not, 2 usage.`,
  options: { rounds: wholeNumber(() => 200), seed: wholeNumber(() => 1 + Math.floor(Math.random() * 999_999)) },
  choices: { noun: 'fault', names },
  packages: ['engine', 'test'],
  root: 'the faults are made in a private container, which needs root.',
  prepare: buildOutputs,
  // One station for all rounds: what an earlier one left behind is what the next begins with.
  rows: ({ options, chosen }) => [{ ...options, chosen }],
  title: ({ seed }) => `chaos with seed ${String(seed)}`,
  run: ({ rounds, seed, chosen }, { elevate, signal, detail, note, say }) => {
    /** @type {Round[]} */
    const came = [];
    mkdirSync(join(root, 'test-output'), { recursive: true });
    const file = join(root, 'test-output', 'chaos.jsonl');
    writeFileSync(file, '');
    return withSandbox({ name: 'chaos', pid1: 'reaper', elevate, signal }, async (sandbox) => {
      const argv = [process.execPath, 'test/chaos/chaos.mjs', String(rounds), String(seed), ...chosen];
      const { code } = await sandbox.run(argv, {
        onLine: (line) => {
          if (!line.startsWith('{')) {
            say(line);
            return;
          }
          writeFileSync(file, `${line}\n`, { flag: 'a' });
          const round = /** @type {Round} */ (JSON.parse(line));
          came.push(round);
          detail(`${String(came.length)} of ${String(rounds)}: ${round.faults.join(' and ')}, back ${round.back}`);
          if (!isGood(round)) say(`  ${String(came.length)}: ${line}`);
        },
      });
      note(`${String(came.length)} rounds`, code === 0);
      return { whole: code === 0 && came.length === rounds, came };
    });
  },
  show: (results) => {
    const came = results.flatMap((result) => result.came);
    console.log(`${table(came)}\n\n${sumLine(came)}`);
  },
  judge: (results) => results.every(({ whole, came }) => whole && came.every(isGood)),
};
