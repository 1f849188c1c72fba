import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { busyboxTests } from '../../../tools/test/busybox.mjs';
import { jobsOfFile } from '../../../tools/test/jobFiles.mjs';
import { filesIn, jobsOf } from '../../../tools/test/jobs.mjs';
import { leftToTestAll } from '../../../tools/test/leftToTestAll.mjs';
import { readTimes } from '../../../tools/test/places.mjs';
import { namedJobs } from '../../../tools/test/plan.mjs';
import { defaultStages, stageNames } from '../../../tools/test/stages.mjs';
import { keepTimings, readTimings, timed } from '../../../tools/test/timings.mjs';
import { ownFolder, repository } from './folders.mjs';

const scriptsFolder = join(repository, 'test/scripts');
const files = readdirSync(scriptsFolder)
  .filter((name) => name.endsWith('.bats'))
  .sort();
/** @param {ReturnType<typeof jobsOf>} jobs @param {string} ending */
const under = (jobs, ending) =>
  jobs.filter(({ label }) => label.endsWith(`under ${ending}`)).map(({ label }) => label.split(' ')[0]);

describe('the jobs', () => {
  test('scripts: every file under dash, init.bats with SysV init, under busybox the list', () => {
    const jobs = jobsOf('scripts');
    expect(under(jobs, 'dash')).toEqual(files);
    expect(under(jobs, 'init')).toEqual(['init.bats']);
    expect(under(jobs, 'busybox')).toEqual(busyboxTests.map(({ file }) => basename(file)));
  });

  test('scripts under both shells: every file under each', () => {
    expect(under(jobsOf('scripts', { bothShells: true }), 'busybox')).toEqual(files);
  });

  test('every test of the list for busybox is in its file, and each has its reason', () => {
    for (const { file, tests, reason } of busyboxTests) {
      const text = readFileSync(join(scriptsFolder, basename(file)), 'utf8');
      for (const name of tests) expect(text).toContain(`@test "${name}" {`);
      expect(reason).not.toBe('');
    }
  });

  test('no two have the same id, by which timings are kept and sandboxes are named', () => {
    const ids = stageNames.flatMap((stage) => jobsOf(stage, { bothShells: true })).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('v2 is a virtual machine for each file', () => {
    const jobs = jobsOf('v2');
    expect(jobs.length).toBeGreaterThan(4);
    for (const job of jobs) expect(job).toMatchObject({ place: { kind: 'vm' } });
  });

  test('virtual machines: each test once but those that are left, and all of them with everything or by a name', () => {
    /** @param {string} path */
    const titles = (path) =>
      [...readFileSync(join(repository, path), 'utf8').matchAll(/^@test "(.*)" \{/gm)].map(([, title = '']) => title);
    const paths = ['v2', 'v1'].flatMap((cgroups) => filesIn(`test/bed/vm/${cgroups}`, '.bats'));
    /** @param {ReturnType<typeof jobsOf>} jobs */
    const suites = (jobs) => jobs.map(({ suite }) => suite);
    const left = Object.entries(leftToTestAll).flatMap(([file, some]) => {
      expect(titles(`test/bed/vm/${file}`)).toEqual(expect.arrayContaining([...some]));
      return some;
    });
    const ran = suites(jobsOf('v2', { cgroups: 'v2' })).flatMap((suite) =>
      suite.kind === 'bats' ? (suite.tests ?? titles(suite.path)) : [],
    );
    expect([...ran, ...left].toSorted()).toEqual(paths.flatMap(titles).toSorted());
    expect(suites(jobsOf('v2', { bothShells: true }))).toEqual(paths.map((path) => ({ kind: 'bats', path })));
    for (const path of paths) expect(suites(jobsOfFile(path))).toEqual([{ kind: 'bats', path }]);
  });

  test('virtual machines: in an ordinary run none with v1 where this machine has that', () => {
    /** @param {Parameters<typeof jobsOf>[1]} how */
    const machines = (how) => [
      ...new Set(jobsOf('v2', how).map(({ place }) => (place.kind === 'vm' ? place.cgroups : ''))),
    ];
    expect(machines({ cgroups: 'v1' })).toEqual(['v2']);
    expect(machines({ cgroups: 'v2' })).toEqual(['v2', 'v1']);
    expect(machines({ cgroups: 'v1', bothShells: true })).toEqual(['v2', 'v1']);
  });

  test('the browser tests are two jobs, which have each file once', () => {
    const jobs = jobsOf('e2e');
    expect(jobs.map(({ id }) => id)).toEqual(['e2e/1', 'e2e/2']);
    const files = jobs.flatMap(({ suite }) => (suite.kind === 'command' ? (suite.files ?? []) : []));
    expect(files.toSorted()).toEqual(filesIn('test/e2e', '.test.ts'));
  });

  test('start runs in CI or when it is named', () => {
    expect(defaultStages({})).not.toContain('start');
    expect(defaultStages({ CI: 'false' })).not.toContain('start');
    expect(defaultStages({ CI: 'true' })[0]).toBe('start');
    expect(namedJobs(['start'], false, {}).map(({ stage }) => stage)).toEqual(['start']);
  });
});

describe('a file by its name', () => {
  test.each([
    ['init.bats', ['scripts/init.bats/dash', 'scripts/init.bats/init']],
    ['scripts/tls.bats', ['scripts/tls.bats/dash']],
    ['./test/station/doctor.test.ts', ['station/doctor.test.ts']],
    ['v1/hierarchies.bats', ['v2/v1/hierarchies.bats']],
    ['test/e2e/menu.test.ts', ['e2e/part']],
    ['unit/arrows.test.ts', ['unit/part']],
    ['ts.bats', []],
  ])('%s', (name, ids) => {
    const found = jobsOfFile(name).map(({ id }) => id);
    expect(found).toEqual(expect.arrayContaining(ids));
    expect(found.filter((id) => !id.endsWith('/busybox-part'))).toHaveLength(ids.length);
  });

  test('several files of a stage that is one job run together, and none is left out', () => {
    const [job, ...others] = namedJobs(['e2e/menu.test.ts', 'e2e/access.test.ts'], false, {});
    expect(others).toEqual([]);
    expect(job?.suite).toMatchObject({ files: ['test/e2e/menu.test.ts', 'test/e2e/access.test.ts'] });
  });

  test('of a file that runs whole no part runs beside it', () => {
    const limits = (/** @type {string[]} */ ...names) =>
      namedJobs(names, false, {}).flatMap(({ id }) => (id.includes('v2/limits.bats') ? [id] : []));
    expect(limits('v2')).toEqual(['v2/v2/limits.bats-part']);
    expect(limits('v2', 'v2/limits.bats')).toEqual(['v2/v2/limits.bats']);
  });

  test('what is neither a stage nor a file is refused', () => {
    expect(() => namedJobs(['lint', 'nothing.bats'], false, {})).toThrow(
      /no stage and no file of tests "nothing.bats"/,
    );
  });
});

describe('timings', () => {
  test('those of the last run take the place of what is expected', () => {
    const [job] = timed(jobsOf('lint'), { lint: { wallMs: 2000, cpuMs: 3000 } });
    expect(job).toMatchObject({ wallMs: 2000, weight: 1.5 });
    expect(timed(jobsOf('lint'), {})).toEqual(jobsOf('lint'));
    const light = { wallMs: 3000, cpuMs: 300 };
    const weights = (/** @type {ReturnType<typeof jobsOf>} */ jobs) =>
      timed(jobs, Object.fromEntries(jobs.map(({ id }) => [id, light]))).map(({ weight }) => weight);
    // One had to wait for the CPUs, the other for its daemons.
    expect(weights(jobsOf('lint'))).toEqual(jobsOf('lint').map(({ weight }) => weight));
    expect(new Set(weights(jobsOf('v2')))).toEqual(new Set([0.1]));
  });

  test('are kept beside those of other jobs; a slower run replaces a faster one by a tenth at most', () => {
    const file = join(ownFolder(), 'cache', 'timings.json');
    expect(readTimings(file)).toEqual({});
    keepTimings({ a: { wallMs: 1000, cpuMs: 10 }, b: { wallMs: 1000, cpuMs: 10 } }, file);
    keepTimings({ a: { wallMs: 5000, cpuMs: 20 }, c: { wallMs: 7, cpuMs: 7 } }, file);
    keepTimings({ b: { wallMs: 500, cpuMs: 20 } }, file);
    expect(readTimings(file)).toEqual({
      a: { wallMs: 1100, cpuMs: 11 },
      b: { wallMs: 500, cpuMs: 11 },
      c: { wallMs: 7, cpuMs: 7 },
    });
  });

  test.each(['', 'null', '[]', '{"a": 5, "b": {"wallMs": 0, "cpuMs": 1}, "c": {"wallMs": "1"}}'])(
    'a file that is not ours says nothing: %j',
    (text) => {
      const folder = ownFolder();
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 't'), text);
      expect(readTimings(join(folder, 't'))).toEqual({});
    },
  );

  test("the shell's account of its children, as dash and bash write it", () => {
    expect(readTimes('0m0.010s 0m0.020s\n1m2.500s 0m3.250s\n')).toBe(65_780);
  });
});
