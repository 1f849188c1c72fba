#!/usr/bin/env node
// `npm run station:container`: builds the image of a station and runs it on an engine that is there.
import { parseContainerOptions, usage } from './container/options.mjs';
import { runContainer } from './container/station.mjs';
import { runEntry } from './lib/entry.mjs';

await runEntry('station:container', async (signal) => {
  const options = parseContainerOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  return runContainer(options, signal);
});
