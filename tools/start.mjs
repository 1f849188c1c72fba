#!/usr/bin/env node
// `npm start`: from a fresh clone to a code-server with the extension and a running Docker daemon. Until `npm ci` has
// run inside it, nothing but Node's own modules may be imported.
import { runEntry } from './lib/entry.mjs';
import { Refusal } from './lib/refusal.mjs';

await runEntry('start', async (signal) => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Refusal(`Node is ${process.versions.node}; 20.19 or newer is needed; nodejs.org has it.`);
  }
  // Loaded only now: an older Node lacks what these files import and would fail before it could be told so.
  const { parseOptions, usage } = await import('./start/options.mjs');
  const { runStation } = await import('./start/station.mjs');
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (options.check) {
    const { runCheck } = await import('./start/check/check.mjs');
    return runCheck(options, signal);
  }
  await runStation(options, signal);
  return 0;
});
