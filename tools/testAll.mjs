#!/usr/bin/env node
// Everything there is, one after the other: `npm run test:all`, or parts of it by name.
import { fileURLToPath } from 'node:url';
import { chosenOf, parseCommandLine } from './lib/commandLine.mjs';
import { runEntry } from './lib/entry.mjs';
import { run } from './lib/run.mjs';
import { partNames, parts, partsTable } from './test/parts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** How long a part may take to end what it started. */
const graceMs = 120_000;

const help = `usage: npm run test:all [-- PART...]

Runs all parts or the named ones, one after the other, each to its end whatever became of the one before, and prints what
came of each:

${parts.map(({ name, about }) => `  ${name.padEnd(11)} ${about}`).join('\n')}

Exit status: 0 all passed, 1 something failed, 2 usage.`;

await runEntry('test:all', async (signal) => {
  const { values, positionals } = parseCommandLine('npm run test:all --', {
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const chosen = chosenOf(
    partNames,
    positionals,
    (unknown) => `there is no part ${unknown}; there are: ${partNames.join(', ')}.`,
  );

  /** @type {import('./test/parts.mjs').PartResult[]} */
  const results = [];
  for (const { name, argv } of parts.filter((part) => chosen.includes(part.name))) {
    console.log(`\n=== ${name}`);
    const began = performance.now();
    const onLine = (/** @type {string} */ line) => console.log(line);
    const { code, stdout } = await run([process.execPath, ...argv], { cwd: root, signal, graceMs, onLine });
    results.push({ name, code, wallMs: performance.now() - began, last: stdout.trimEnd().split('\n').at(-1) ?? '' });
  }
  console.log(`\n${partsTable(results)}`);
  const failed = results.filter(({ code }) => code !== 0).map(({ name }) => name);
  console.log(failed.length === 0 ? '\nall passed' : `\nfailed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
});
