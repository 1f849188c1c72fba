#!/usr/bin/env node
// Installs the code-server that `npm start` and the browser tests run, and prints where it is:
// `node tools/code-server.mjs`
import { ensureCodeServer } from './code-server/ensure.mjs';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { createProgress } from './lib/progress.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';

await runEntry('code-server', async (signal) => {
  const progress = createProgress(process.stderr);
  const found = await progress.step('code-server', async ({ detail }) => {
    const prepare = async () => {
      await provision(needSets.compile, { elevate: () => findElevation(signal), detail, signal });
    };
    return ensureCodeServer({ detail, prepare, signal });
  });
  process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
});
