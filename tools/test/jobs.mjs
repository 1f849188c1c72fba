import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { busyboxTests } from './busybox.mjs';
import { leftToTestAll } from './leftToTestAll.mjs';

/** @typedef {import('./stages.mjs').StageName} StageName */
/** @typedef {'bundles' | 'vsix' | 'codeServer' | 'kernel'} Need */
/**
 * Where a job runs: on this machine as it is, in a fresh sandbox (test/bed/bed) whose /bin/sh is `shell`, or in a fresh
 * virtual machine (test/bed/vm/vm).
 * @typedef {{ kind: 'here' } | { kind: 'sandbox', pid1: 'sleep' | 'reaper' | 'init', shell: 'dash' | 'busybox' }
 *   | { kind: 'vm', cgroups: 'v1' | 'v2', shell: 'dash' | 'busybox' }} Place
 */
/**
 * What a job runs: a file of bats, all of it or the tests of these names, or a command that writes JUnit's XML to `report`,
 * for these files or for all that it has.
 * @typedef {{ kind: 'bats', path: string, tests?: readonly string[] }
 *   | { kind: 'command', argv: readonly string[], files?: readonly string[], report: string }} Suite
 */
/**
 * One entry of the queue. `label` is what its failures are told under, after the stage. `alone`: it measures time or CPU
 * shares. `mayBeEmpty`: nothing to run is no failure.
 * @typedef {object} Job
 * @property {string} id under which its timings are kept
 * @property {StageName} stage
 * @property {string} label
 * @property {Place} place
 * @property {Suite} suite
 * @property {readonly Need[]} needs
 * @property {number} wallMs expected
 * @property {number} weight how many CPUs it keeps busy, expected
 * @property {boolean} [alone]
 * @property {boolean} [heavy] it keeps a CPU busy, whatever was measured
 * @property {boolean} [mayBeEmpty]
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

/**
 * What a job is expected to cost before it has been timed: seconds for each test in its file (or as a whole), and CPUs
 * that are kept busy. Measured with two CPUs.
 */
const defaults = {
  start: { seconds: 70, weight: 0.8 },
  lint: { seconds: 30, weight: 1.3 },
  unit: { seconds: 65, weight: 1 },
  scripts: { secondsEach: 2.5, weight: 0.4 },
  v2: { secondsEach: 20, weight: 0.8 },
  station: { secondsEach: 4, weight: 0.5 },
  editor: { seconds: 27, weight: 0.8 },
  e2e: { seconds: 400, weight: 0.8 },
};

/** Files of station that nothing busy may run beside, each with its reason. */
const undisturbed = /** @type {Record<string, string>} */ (
  JSON.parse(readFileSync(join(root, 'test/station/alone.json'), 'utf8'))
);

/**
 * @param {Omit<Job, 'wallMs' | 'weight' | 'needs'> & { readonly needs?: readonly Need[] }} job
 * @param {number} [tests] how many there are in it
 * @returns {Job}
 */
function withDefaults(job, tests = 1) {
  const cost = defaults[job.stage];
  const seconds = 'seconds' in cost ? cost.seconds : cost.secondsEach * Math.max(1, tests);
  return { needs: [], ...job, wallMs: seconds * 1000, weight: cost.weight };
}

/**
 * The folder of a job in test-output/jobs: its report and what it printed.
 * @param {string} id
 */
export function jobFolder(id) {
  return join('test-output', 'jobs', id.replaceAll('/', '-'));
}

/** @param {string} id */
const reportOf = (id) => join(jobFolder(id), 'report.xml');

/**
 * A run of vitest. Only what failing tests printed is shown.
 *
 * @param {string} id
 * @param {readonly string[]} more
 * @returns {Extract<Suite, { kind: 'command' }>}
 */
function vitestSuite(id, more) {
  const report = reportOf(id);
  const reporters = ['--silent=passed-only', '--reporter=default', '--reporter=junit', `--outputFile.junit=${report}`];
  return { kind: 'command', report, argv: [process.execPath, vitest, 'run', ...reporters, ...more] };
}

/** The files of a folder that end so, relative to the repository. @param {string} folder @param {string} ending */
export const filesIn = (folder, ending) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${folder}/${name}`);

/** @param {string} path @param {RegExp} pattern */
const countIn = (path, pattern) => readFileSync(join(root, path), 'utf8').match(pattern)?.length ?? 1;

/** @param {string} path */
const batsTests = (path) => countIn(path, /^@test /gm);

/** The titles in a file of bats. @param {string} path */
const titlesIn = (path) =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^@test "(.*)" \{$/gm)].map(([, title = '']) => title);

/**
 * @param {string} path
 * @param {{ shell: 'dash' | 'busybox', pid1: 'sleep' | 'reaper' | 'init', tests?: readonly string[] }} how
 */
function scriptsJob(path, { shell, pid1, tests }) {
  const name = basename(path);
  const how = pid1 === 'init' ? 'init' : shell;
  return withDefaults(
    {
      // A part of a file takes another time than the whole.
      id: `scripts/${name}/${how}${tests === undefined ? '' : '-part'}`,
      stage: 'scripts',
      label: `${name} under ${how}`,
      place: { kind: 'sandbox', shell, pid1 },
      suite: { kind: 'bats', path, ...(tests !== undefined && { tests }) },
    },
    tests?.length ?? batsTests(path),
  );
}

/**
 * Each file under dash, whose PID 1 reaps nothing, and with SysV init where that is the subject; under busybox, whose
 * PID 1 does reap, what is in busybox.mjs or everything.
 *
 * @param {boolean} bothShells
 * @returns {Job[]}
 */
function scripts(bothShells) {
  const files = filesIn('test/scripts', '.bats');
  const parts = busyboxTests.map(({ file, tests }) => ({ path: `test/scripts/${basename(file)}`, tests }));
  return [
    ...files.map((path) => scriptsJob(path, { shell: 'dash', pid1: 'sleep' })),
    ...files
      .filter((path) => path.endsWith('/init.bats'))
      .map((path) => scriptsJob(path, { shell: 'dash', pid1: 'init' })),
    ...(bothShells
      ? files.map((path) => scriptsJob(path, { shell: 'busybox', pid1: 'reaper' }))
      : parts.map(({ path, tests }) => scriptsJob(path, { shell: 'busybox', pid1: 'reaper', tests }))),
  ];
}

/**
 * What needs other cgroups than this machine may have, in a virtual machine that has them. That machine is a program
 * here, and now and then its kernel aborts or loses a process. In an ordinary run there is none with the version of cgroups
 * that this machine has itself, which the sandboxes of scripts and station share.
 *
 * @param {boolean} everything
 * @param {'v1' | 'v2'} own
 * @returns {Job[]}
 */
function v2(everything, own) {
  const machines = /** @type {const} */ ([
    { cgroups: 'v2', shell: 'dash' },
    { cgroups: 'v1', shell: 'busybox' },
  ]).filter(({ cgroups }) => everything || cgroups === 'v2' || own === 'v2');
  return machines.flatMap(({ cgroups, shell }) =>
    filesIn(`test/bed/vm/${cgroups}`, '.bats').map((path) => {
      const name = basename(path);
      const left = everything ? undefined : leftToTestAll[`${cgroups}/${name}`];
      const tests = left && titlesIn(path).filter((title) => !left.includes(title));
      return withDefaults(
        {
          id: `v2/${cgroups}/${name}${tests === undefined ? '' : '-part'}`,
          stage: 'v2',
          label: `${name} on cgroup ${cgroups}`,
          place: { kind: 'vm', cgroups, shell },
          suite: { kind: 'bats', path, ...(tests !== undefined && { tests }) },
          needs: ['kernel', 'bundles'],
          alone: name === 'limits.bats',
          // The kernel of the machine is a program that turns each system call into several.
          heavy: true,
        },
        tests?.length ?? batsTests(path),
      );
    }),
  );
}

/** @returns {'v1' | 'v2'} */
const ownCgroups = () => (existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1');

/** @returns {Job[]} */
function station() {
  return filesIn('test/station', '.test.ts').map((path) => {
    const name = basename(path);
    const id = `station/${name}`;
    return withDefaults(
      {
        id,
        stage: 'station',
        label: name,
        place: { kind: 'sandbox', pid1: 'sleep', shell: 'dash' },
        suite: vitestSuite(id, ['--config', 'vitest.station.config.ts', path]),
        needs: ['bundles'],
        alone: Object.hasOwn(undisturbed, name),
      },
      countIn(path, /^\s*(?:it|test)\b/gm),
    );
  });
}

/** The stages that are one job. @type {Record<'start' | 'lint' | 'unit' | 'editor', (more: readonly string[]) => Job>} */
const single = {
  start: () => {
    const report = reportOf('start');
    const argv = [process.execPath, 'tools/start.mjs', '--check', '--report', report];
    return here('start', { kind: 'command', report, argv });
  },
  lint: () => {
    const report = reportOf('lint');
    return here('lint', { kind: 'command', report, argv: [process.execPath, 'tools/lint.mjs', '--report', report] });
  },
  unit: (more) => here('unit', { ...vitestSuite('unit', []), files: more }),
  editor: () => {
    const report = reportOf('editor');
    const argv = [process.execPath, 'test/editor/runInCodeServer.mjs', '--daemon', '--report', report];
    return inSandbox('editor', { kind: 'command', report, argv }, ['codeServer', 'bundles']);
  },
};

/**
 * Two jobs, each with a code-server and a browser that serve all its files: each of them takes more than half a gigabyte, and
 * as one job they would take as long as all others together.
 *
 * @returns {Job[]}
 */
function e2e() {
  const files = filesIn('test/e2e', '.test.ts');
  return [0, 1].map((half) => {
    const id = `e2e/${String(half + 1)}`;
    const own = files.filter((_file, index) => index % 2 === half);
    return { ...e2eJob(id, own), label: `browser tests, half ${String(half + 1)}` };
  });
}

/** @param {string} id @param {readonly string[]} files */
function e2eJob(id, files) {
  const suite = { ...vitestSuite(id, ['--config', 'vitest.e2e.config.ts']), files };
  return { ...inSandbox('e2e', suite, ['codeServer', 'bundles', 'vsix']), id };
}

/** @param {StageName} stage @param {Suite} suite */
function here(stage, suite) {
  return withDefaults({ id: stage, stage, label: '', place: { kind: 'here' }, suite });
}

/** @param {StageName} stage @param {Suite} suite @param {readonly Need[]} needs */
function inSandbox(stage, suite, needs) {
  return withDefaults({
    id: stage,
    stage,
    label: '',
    place: { kind: 'sandbox', pid1: 'sleep', shell: 'dash' },
    suite,
    needs,
  });
}

/**
 * The jobs of a stage.
 *
 * @param {StageName} stage
 * @param {object} [options]
 * @param {boolean} [options.bothShells] everything there is, as in `npm run test:all`
 * @param {readonly string[]} [options.more] arguments for the vitest of unit, files of e2e
 * @param {'v1' | 'v2'} [options.cgroups] what this machine has
 * @returns {Job[]}
 */
export function jobsOf(stage, { bothShells = false, more = [], cgroups = ownCgroups() } = {}) {
  switch (stage) {
    case 'scripts':
      return scripts(bothShells);
    case 'v2':
      return v2(bothShells, cgroups);
    case 'station':
      return station();
    case 'e2e':
      return more.length === 0 ? e2e() : [e2eJob('e2e', more)];
    case 'start':
    case 'lint':
    case 'unit':
    case 'editor':
      return [single[stage](more)];
  }
}
