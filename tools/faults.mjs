#!/usr/bin/env node
// Every failure that can be made here, made: is it found, does its remedy mend it? `npm run test:faults`, or with names.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clients } from '../test/faults/clients.mjs';
import { running } from '../test/faults/running.mjs';
import { start } from '../test/faults/start.mjs';
import { surroundings } from '../test/faults/surroundings.mjs';
import { judge } from './faults/judge.mjs';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { run } from './lib/run.mjs';

const faults = [...start, ...running, ...surroundings, ...clients];

const help = `usage: npm run test:faults [-- ENTRY...]

Makes each failure of the catalogue in a private container of its own, asks dind-station doctor, applies the remedy and
looks whether the failure is gone. Prints a table. Entries: ${faults.map(({ entry }) => entry).join(', ')}.
Exit status: 0 all found and mended, 1 something was not, 2 usage.`;

await runEntry('test:faults', async (signal) => {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const unknown = positionals.find((name) => !faults.some(({ entry }) => entry === name));
  if (unknown !== undefined)
    throw new Refusal(`there is no fault ${unknown}; npm run test:faults -- --help lists them.`, 2);
  const cgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1';
  const chosen = faults.filter(
    (fault) =>
      (positionals.length === 0 || positionals.includes(fault.entry)) && (fault.cgroups ?? cgroups) === cgroups,
  );
  const elevate = await findElevation(signal);
  if (elevate === undefined) throw new Refusal('the faults are made in private containers, which needs root.');
  await run([process.execPath, 'esbuild.mjs', '--production'], { signal });

  const progress = createProgress(process.stderr);
  /** @type {import('./faults/judge.mjs').Verdict[]} */
  const verdicts = [];
  for (const fault of chosen) {
    verdicts.push(await progress.step(fault.entry, () => judge(fault, { elevate, signal })));
  }
  console.log('| entry | made | finding | judged | remedy | gone |\n| --- | --- | --- | --- | --- | --- |');
  for (const { entry, made, found, judged, remedy, gone } of verdicts) {
    console.log(`| ${[entry, made, found, judged, remedy, gone].join(' | ')} |`);
  }
  const bad = verdicts.filter(({ made, judged, gone }) => made !== 'yes' || judged !== 'right' || gone === 'NO');
  console.log(
    `\n${String(verdicts.length)} faults: ${String(verdicts.length - bad.length)} made, found first and mended, ${String(bad.length)} not`,
  );
  return bad.length === 0 ? 0 : 1;
});
