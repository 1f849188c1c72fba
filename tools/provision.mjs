#!/usr/bin/env node
// Installs the Debian packages that a part of the project needs: `node tools/provision.mjs engine test`.
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';

await runEntry('provision', async (signal) => {
  const known = Object.keys(needSets);
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !known.includes(name));
  if (asked.length === 0 || unknown !== undefined) {
    const met = unknown === undefined ? 'no set is named' : `"${unknown}" is not a set of packages`;
    throw new Refusal(`${met}; name one or more of: ${known.join(', ')}.`, 2);
  }
  const needs = asked.flatMap((name) => needSets[/** @type {import('./provision/needs.mjs').NeedSet} */ (name)]);
  await createProgress(process.stdout).step('Debian packages', async (step) => {
    const installed = await provision(needs, { elevate: () => findElevation(signal), detail: step.detail, signal });
    step.note(installed.length === 0 ? 'all there' : installed.join(' '));
  });
});
