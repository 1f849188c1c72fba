#!/usr/bin/env node
// Everything that proves the project, on any Debian with node: `npm test`, or `npm test -- lint unit scripts`.
import { parseArgs } from 'node:util';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { ensurePackages } from './lib/npmPackages.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';
import { stages } from './test/stages.mjs';

const help = `usage: npm test [-- STAGE...]

Installs what the tests need (npm packages, Debian packages, code-server) and runs the stages, all or the named ones:

${Object.entries(stages)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}

Real daemons are started, killed and frozen in private containers (test/bed/bed), never on this machine.
Screenshots of what a person sees are kept in test-output/screenshots.
Exit status: 0 all passed, 1 something failed, 2 usage.`;

await runEntry('test', async (signal) => {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(stages);
  const unknown = names.find((name) => !(name in stages));
  if (unknown !== undefined) {
    throw new Refusal(`there is no stage ${unknown}; there are: ${Object.keys(stages).join(', ')}.`, 2);
  }

  const progress = createProgress(process.stdout);
  await progress.step('npm packages', ({ detail }) => ensurePackages({ detail, signal }));
  await progress.step('Debian packages', ({ detail }) =>
    provision([...needSets.engine, ...needSets.test], { elevate: () => findElevation(signal), detail, signal }),
  );
  const elevate = await findElevation(signal);
  if (elevate === undefined) {
    throw new Refusal('the tests start private containers, which needs root or a sudo that asks for no password.');
  }

  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const failures = [];
  for (const name of names) {
    const stage = stages[/** @type {keyof typeof stages} */ (name)];
    const outcome = await progress.step(name, async (step) => {
      const result = await stage.run({ signal, elevate, detail: step.detail });
      const { passed, failed, skipped } = result;
      step.note(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`, failed === 0);
      return result;
    });
    if (outcome.failed > 0) console.log(outcome.output.trimEnd());
    for (const test of outcome.repeated ?? []) console.log(`  failed once and was run again: ${test}`);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
    failures.push(...outcome.failures.map((failure) => `${name}: ${failure}`));
  }
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
  console.log(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  );
  return total.failed === 0 ? 0 : 1;
});
