#!/usr/bin/env node
// What is made and measured for real, outside of the tests. Each lab is declared in tools/labs/ and is a command of
// package.json, `npm run chaos` for instance; tools/lib/lab.mjs runs it: `node tools/lab.mjs NAME ARGUMENT...`.
import { runEntry } from './lib/entry.mjs';
import { runLab } from './lib/lab.mjs';
import { Refusal } from './lib/refusal.mjs';

/** @typedef {import('./lib/lab.mjs').Lab<unknown, unknown, unknown>} AnyLab */

const names = ['badStates', 'bench', 'chaos', 'faults', 'matrix', 'platforms', 'unseen'];

const [name = '', ...args] = process.argv.slice(2);
if (names.includes(name)) {
  // Only the lab that is asked for, because each brings what it works with.
  const { lab } = /** @type {{ lab: AnyLab }} */ (await import(`./labs/${name}.mjs`));
  await runLab(lab, args);
} else {
  await runEntry('lab', () =>
    Promise.reject(new Refusal(`there is no lab ${name}; there are: ${names.join(', ')}.`, 2)),
  );
}
