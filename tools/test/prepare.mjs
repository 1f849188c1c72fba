import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCodeServer, findCodeServer } from '../code-server/ensure.mjs';
import { findElevation } from '../lib/elevation.mjs';
import { ensurePackages } from '../lib/npmPackages.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { runOrRefuse } from '../lib/run.mjs';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';
import { machineCommand } from './places.mjs';

/** @typedef {import('./jobs.mjs').Need} Need */
/**
 * @typedef {object} Context
 * @property {AbortSignal} signal
 * @property {import('../lib/elevation.mjs').Elevate} elevate
 * @property {(text: string) => void} detail
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What jobs need beside the packages: made once for a whole run, in this order.
 * @type {Record<Need, { about: string, make: (context: Context) => Promise<unknown> }>}
 */
const needs = {
  codeServer: {
    about: 'code-server',
    make: ({ signal, detail }) =>
      ensureCodeServer({
        detail,
        signal,
        prepare: async () =>
          void (await provision(needSets.compile, { elevate: () => findElevation(signal), detail, signal })),
      }),
  },
  bundles: {
    about: 'the bundles, as they ship, and the suite for the editor',
    make: ({ signal }) =>
      runOrRefuse('bundling', [process.execPath, 'esbuild.mjs', '--production', '--test'], { cwd: root, signal }),
  },
  vsix: {
    about: 'the extension, packed',
    make: ({ signal }) => {
      const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
      const argv = [process.execPath, vsce, 'package', '--no-dependencies', '--out', 'dist/dind-station.vsix'];
      return runOrRefuse('packing the extension', argv, { cwd: root, signal });
    },
  },
  kernel: {
    about: 'the kernel of the virtual machines',
    make: ({ signal, elevate }) =>
      runOrRefuse('getting the kernel of the virtual machines', machineCommand(elevate, ['kernel']), {
        cwd: root,
        signal,
      }),
  },
};

/**
 * Makes what the jobs need. What cannot be had fails the jobs that need it, and no others.
 *
 * @param {readonly Need[]} wanted
 * @param {Omit<Context, 'detail'>} context
 * @param {import('../lib/progress.mjs').Progress} progress
 * @returns {Promise<ReadonlyMap<Need, string>>} why each that cannot be had cannot
 */
export async function prepare(wanted, context, progress) {
  /** @type {Map<Need, string>} */
  const failed = new Map();
  for (const name of /** @type {Need[]} */ (Object.keys(needs)).filter((need) => wanted.includes(need))) {
    const { about, make } = needs[name];
    try {
      await progress.step(about, ({ detail }) => make({ ...context, detail }));
    } catch (error) {
      if (context.signal.aborted || !(error instanceof Refusal)) throw error;
      progress.say(error.message);
      failed.set(name, error.message);
    }
  }
  return failed;
}

/** The folder that has code-server in it, for a sandbox. */
export function codeServerCache() {
  const found = findCodeServer();
  return found === undefined ? undefined : dirname(found.folder);
}

/** What the measurements need. @param {Context} context */
export async function prepareBench(context) {
  await ensurePackages(context);
  await provision([...needSets.engine, ...needSets.test], {
    ...context,
    elevate: () => findElevation(context.signal),
  });
  for (const name of /** @type {const} */ (['codeServer', 'bundles', 'vsix'])) {
    context.detail(needs[name].about);
    await needs[name].make(context);
  }
}
