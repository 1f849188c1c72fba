#!/usr/bin/env node
// Random faults over one station, again and again: `npm run chaos`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chaosFaults } from '../test/chaos/faults.mjs';
import { isGood, sumLine, table } from './chaos/summary.mjs';
import { withBed } from './lib/bed.mjs';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { runOrRefuse } from './lib/run.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const help = `usage: npm run chaos [-- --rounds N] [--seed N] [FAULT...]

Starts a station in a private container and lets random faults come over it, some two at once: daemons killed and frozen,
sockets and files removed, a full disk, restarts that are killed, the end of the container itself. After each round a
container must run, a kept one must serve its volume, nothing may be lost and nothing left behind. It is waited 15 s for
the station to come back by itself; then a person's restart is asked for.

  --rounds N   how many; 200, which takes about a quarter of an hour
  --seed N     the same number gives the same rounds; a random one is chosen and told

Faults: ${chaosFaults.map(({ name }) => name).join(', ')}.
What came of each round is kept in test-output/chaos.jsonl.
Exit status: 0 all came back with everything, 1 one did not, 2 usage.`;

/** @param {string} name @param {string | undefined} text @param {number} otherwise */
function wholeNumber(name, text, otherwise) {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(`--${name} is ${text}, expected a whole number from 1.`, 2);
  return Number(text);
}

await runEntry('chaos', async (signal) => {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const rounds = wholeNumber('rounds', values.rounds, 200);
  const seed = wholeNumber('seed', values.seed, 1 + Math.floor(Math.random() * 999_999));
  const unknown = positionals.find((name) => !chaosFaults.some((fault) => fault.name === name));
  if (unknown !== undefined) throw new Refusal(`there is no fault ${unknown}; npm run chaos -- --help lists them.`, 2);

  const progress = createProgress(process.stderr);
  await progress.step('Debian packages', ({ detail }) =>
    provision([...needSets.engine, ...needSets.test], { elevate: () => findElevation(signal), detail, signal }),
  );
  const elevate = await findElevation(signal);
  if (elevate === undefined) throw new Refusal('the faults are made in a private container, which needs root.');
  await runOrRefuse('bundling', [process.execPath, 'esbuild.mjs', '--production'], { cwd: root, signal });

  /** @type {import('./chaos/summary.mjs').Round[]} */
  const came = [];
  mkdirSync(join(root, 'test-output'), { recursive: true });
  const file = join(root, 'test-output', 'chaos.jsonl');
  writeFileSync(file, '');
  const code = await progress.step(`chaos with seed ${String(seed)}`, ({ detail, note }) =>
    withBed({ name: 'chaos', pid1: 'reaper', elevate, signal }, async (bed) => {
      const argv = [process.execPath, 'test/chaos/chaos.mjs', String(rounds), String(seed), ...positionals];
      const result = await bed.run(argv, {
        onLine: (line) => {
          if (!line.startsWith('{')) {
            progress.say(line);
            return;
          }
          writeFileSync(file, `${line}\n`, { flag: 'a' });
          const round = /** @type {import('./chaos/summary.mjs').Round} */ (JSON.parse(line));
          came.push(round);
          detail(`${String(came.length)} of ${String(rounds)}: ${round.faults.join(' and ')}, back ${round.back}`);
          if (!isGood(round)) progress.say(`  ${String(came.length)}: ${line}`);
        },
      });
      note(`${String(came.length)} rounds`, result.code === 0);
      return result.code;
    }),
  );
  console.log(`${table(came)}\n\n${sumLine(came)}`);
  return code === 0 && came.length === rounds && came.every(isGood) ? 0 : 1;
});
