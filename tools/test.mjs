#!/usr/bin/env node
// Everything that proves the project, on any Debian with node: `npm test`, or `npm test -- lint unit scripts`.
import { parseCommandLine } from './lib/commandLine.mjs';
import { findElevation } from './lib/elevation.mjs';
import { runEntry } from './lib/entry.mjs';
import { ensurePackages } from './lib/npmPackages.mjs';
import { createProgress } from './lib/progress.mjs';
import { Refusal } from './lib/refusal.mjs';
import { needSets } from './provision/needs.mjs';
import { provision } from './provision/provision.mjs';
import { changedJobs, namedJobs } from './test/plan.mjs';
import { stages } from './test/stages.mjs';

const help = `usage: npm test [-- STAGE|FILE...] [--changed] [--both-shells] [--keep]

Installs what the tests need (npm packages, Debian packages, code-server) and runs the stages, all or the named ones:

${Object.entries(stages)
  .map(([name, about]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}

FILE is a file of tests by its path or the end of it: scripts/tls.bats.

  --changed      only what the changes since the common commit with main can reach; says what it leaves out
  --both-shells  everything, as npm run test:all does: all of scripts under busybox too, all limits on cgroup v2
  --keep         leaves the sandbox of a file in which a test failed up, and says how to enter and how to end it

Real daemons are started, killed and frozen in sandboxes (test/bed/bed), never on this machine; only start is on it.
test-output has junit.xml of all tests, what each job printed in jobs/, and in screenshots/ what a person sees.
Exit status: 0 all passed, 1 something failed, 2 usage.`;

await runEntry('test', async (signal) => {
  const { values, positionals } = parseCommandLine('npm test --', {
    options: {
      help: { type: 'boolean', short: 'h' },
      changed: { type: 'boolean', default: false },
      'both-shells': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  if (values.changed && positionals.length > 0) {
    throw new Refusal(`--changed chooses the tests itself; leave out ${positionals.join(' ')} or --changed.`, 2);
  }
  const options = { bothShells: values['both-shells'], env: process.env, signal };
  const { jobs, told } = values.changed
    ? await changedJobs(options)
    : { jobs: namedJobs(positionals, options.bothShells, options.env), told: [] };
  for (const line of told) console.log(line);
  if (jobs.length === 0) return 0;

  const progress = createProgress(process.stdout);
  await progress.step('npm packages', ({ detail }) => ensurePackages({ detail, signal }));
  await progress.step('Debian packages', ({ detail }) =>
    provision([...needSets.engine, ...needSets.test], { elevate: () => findElevation(signal), detail, signal }),
  );
  const elevate = await findElevation(signal);
  if (elevate === undefined) {
    throw new Refusal('the tests start sandboxes, which needs root or a sudo that asks for no password.');
  }
  // Late: it reads reports with an npm package.
  const { runTests } = await import('./test/runTests.mjs');
  return (await runTests(jobs, { signal, elevate, keep: values.keep, progress })) ? 0 : 1;
});
