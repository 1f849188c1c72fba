#!/usr/bin/env node
// Three engines, two kinds of cgroups, three nestings, each with real limits and the kernel's own counters:
// `npm run test:matrix`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { places, runPlace } from './matrix/places.mjs';
import { parseMatrixOptions, usage } from './matrix/options.mjs';
import { sumUp, table } from './matrix/table.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';

const output = fileURLToPath(new URL('../test-output', import.meta.url));

await runEntry('test:matrix', async (signal) => {
  const options = parseMatrixOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const progress = createProgress(process.stderr);
  await progress.step('Debian packages', ({ detail }) =>
    provision([...needSets.engine, ...needSets.test, ...needSets.bootstrap], {
      elevate: () => findElevation(signal),
      detail,
      signal,
    }),
  );
  const elevate = await findElevation(signal);
  if (elevate === undefined)
    throw new Refusal('the beds are private containers, which needs root or a sudo that asks for no password.');

  /** @type {import('./matrix/table.mjs').Cell[]} */
  const cells = [];
  mkdirSync(output, { recursive: true });
  for (const place of places(options)) {
    cells.push(
      ...(await progress.step(place.name, async (step) => {
        const found = await runPlace(place, { elevate, signal, detail: step.detail });
        step.note(sumUp(found).words);
        return found;
      })),
    );
    // After each, so that what was found is there when the rest is interrupted.
    writeFileSync(join(output, 'matrix.json'), `${JSON.stringify(cells, undefined, 2)}\n`);
  }
  console.log(table(cells));
  const sum = sumUp(cells);
  console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.unsupported} skipped`);
  return sum.failed === 0 ? 0 : 1;
});
