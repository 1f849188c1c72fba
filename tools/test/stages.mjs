import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCodeServer } from '../code-server/ensure.mjs';
import { findElevation } from '../lib/elevation.mjs';
import { withBed } from '../lib/bed.mjs';
import { ensurePackages } from '../lib/npmPackages.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';
import { needSets } from '../provision/needs.mjs';
import { provision } from '../provision/provision.mjs';
import { countMocha, countVitest, sum, tapOutcome } from './counts.mjs';
import { v2 } from './v2.mjs';

/** @typedef {import('./counts.mjs').Outcome} Outcome */
/**
 * @typedef {object} Context
 * @property {AbortSignal} signal
 * @property {import('../lib/elevation.mjs').Elevate} elevate
 * @property {(text: string) => void} detail
 */
/** @typedef {{ about: string, run: (context: Context) => Promise<Outcome> }} Stage */

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

/** Shells under which the helper is tested, and the PID 1 beside each: one reaps, the other does not. */
const shells = /** @type {const} */ ([
  { shell: 'dash', pid1: 'sleep' },
  { shell: 'busybox', pid1: 'reaper' },
]);

/** @type {Record<'lint' | 'unit' | 'scripts' | 'v2' | 'station' | 'editor' | 'e2e', Stage>} */
export const stages = {
  lint: { about: 'types, lint, formatting, shell programs', run: lint },
  unit: { about: 'parsers, reducer, words, endpoint, tools; sockets and processes without a daemon', run: unit },
  scripts: {
    about: 'the helper against real daemons, under dash and under busybox, with three kinds of PID 1',
    run: scripts,
  },
  v2: { about: 'nesting and the limits of nested containers on cgroup v2, in a machine of its own', run: machines },
  station: {
    about: 'the command line against real daemons: every state, every fault',
    run: station,
  },
  editor: { about: "the extension inside code-server's extension host", run: editor },
  e2e: { about: 'a person at a browser: the indicator, the commands, the messages; screenshots', run: e2e },
};

/** @param {Context} context */
async function lint({ signal }) {
  const { code, stdout, stderr } = await run([process.execPath, 'tools/lint.mjs'], { cwd: root, signal });
  const text = stdout + stderr;
  const passed = [...text.matchAll(/^✓ /gm)].length;
  const failures = [...text.matchAll(/^✗ (.*)$/gm)].map(([, name]) => name ?? '');
  if (failures.length === 0 && code !== 0) failures.push('the checks did not run to their end');
  return { passed, failed: failures.length, skipped: 0, failures, output: text };
}

/** @param {Context} context */
async function unit({ signal }) {
  return vitestOutcome('unit', (argv) => run(argv, { cwd: root, signal, env: { ...process.env, NO_COLOR: '1' } }));
}

/**
 * Runs vitest and reads its report. @param {string} name of the report
 * @param {(argv: string[]) => Promise<import('../lib/run.mjs').RunResult>} runner
 * @param {string[]} more arguments
 * @returns {Promise<Outcome>}
 */
async function vitestOutcome(name, runner, more = []) {
  const report = join(root, 'test-output', `${name}.json`);
  rmSync(report, { force: true });
  const argv = [
    process.execPath,
    vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { stdout, stderr } = await runner([...argv, ...more]);
  const output = (stdout + stderr).replace(/^ +✓ .*\n/gm, '');
  try {
    return { ...countVitest(readFileSync(report, 'utf8')), output };
  } catch (error) {
    const failures = ['vitest wrote no report'];
    return { passed: 0, failed: 1, skipped: 0, failures, output: `${output}\nno report: ${String(error)}\n` };
  }
}

/** The helper's tests. @param {Context} context */
async function scripts({ signal, elevate, detail }) {
  const shellRuns = shells.map(({ shell, pid1 }) =>
    withBed({ name: `scripts-${shell}`, pid1, elevate, signal }, async (bed) => {
      detail(`under ${shell}`);
      // Only this bed's /bin/sh: its root is a layer of its own.
      await bed.run(['ln', '-sfn', `/bin/${shell}`, '/bin/sh']);
      return tapOutcome(`under ${shell}`, await bed.run(['bats', '--tap', 'test/scripts']));
    }),
  );
  const outcomes = await Promise.all(shellRuns);
  const underInit = await withBed({ name: 'scripts-init', pid1: 'init', elevate, signal }, async (bed) => {
    detail('with SysV init as PID 1');
    return tapOutcome('under init', await bed.run(['bats', '--tap', 'test/scripts/init.bats']));
  });
  return sum([...outcomes, underInit]);
}

/** What the stages after the helper's need: the bundles, built as they ship, and the suite for the editor. @param {Context} context */
async function build({ signal, detail }) {
  detail('bundling');
  await runOrRefuse('bundling', [process.execPath, 'esbuild.mjs', '--production', '--test'], { cwd: root, signal });
}

/** @param {Context} context */
async function machines(context) {
  // They have the command line proven on their cgroups.
  await build(context);
  return v2(context);
}

/**
 * A vitest suite inside a bed. @param {Context} context
 * @param {'station' | 'e2e'} name
 * @returns {Promise<Outcome>}
 */
async function bedVitest(context, name) {
  return withBed({ name, elevate: context.elevate, signal: context.signal }, async (bed) => {
    context.detail('running');
    return vitestOutcome(name, (argv) => bed.run(['env', 'NO_COLOR=1', ...argv]), [
      '--config',
      `vitest.${name}.config.ts`,
    ]);
  });
}

/** @param {Context} context */
async function station(context) {
  await build(context);
  return bedVitest(context, 'station');
}

/** @param {Context} context */
async function codeServer({ signal, detail }) {
  const prepare = async () => {
    await provision(needSets.compile, { elevate: () => findElevation(signal), detail, signal });
  };
  await ensureCodeServer({ detail, prepare, signal });
}

/** @param {Context} context */
async function editor(context) {
  await codeServer(context);
  await build(context);
  return withBed({ name: 'editor', elevate: context.elevate, signal: context.signal }, async (bed) => {
    context.detail('running');
    const { code, stdout, stderr } = await bed.run([process.execPath, 'test/editor/runInCodeServer.mjs', '--daemon']);
    return { ...countMocha(stdout, code), output: stdout + stderr };
  });
}

/** @param {Context} context */
async function pack({ signal, detail }) {
  detail('packing');
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const argv = [process.execPath, vsce, 'package', '--no-dependencies', '--out', 'dist/dind-station.vsix'];
  await runOrRefuse('packing the extension', argv, { cwd: root, signal });
}

/** What the measurements need. @param {Context} context */
export async function prepareBench(context) {
  await ensurePackages(context);
  await provision([...needSets.engine, ...needSets.test], {
    ...context,
    elevate: () => findElevation(context.signal),
  });
  await codeServer(context);
  await build(context);
  await pack(context);
}

/** @param {Context} context */
async function e2e(context) {
  await codeServer(context);
  await build(context);
  await pack(context);
  return bedVitest(context, 'e2e');
}
