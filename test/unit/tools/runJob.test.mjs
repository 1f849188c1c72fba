import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder, jobsOf } from '../../../tools/test/jobs.mjs';
import { count, notStarted } from '../../../tools/test/outcome.mjs';
import { hasLostMachine, mayBeLoad } from '../../../tools/test/runTests.mjs';
import { choose, runAgain, runJob } from '../../../tools/test/runJob.mjs';

const context = {
  signal: new AbortController().signal,
  elevate: (/** @type {readonly string[]} */ argv) => [...argv],
  keep: false,
  lacking: new Map(),
  cache: undefined,
};

/** A job that fails as long as `mark` is not there, and makes it. @param {string} mark @param {string} verdict of the second time */
function failingOnce(mark, verdict) {
  const id = `run-job-test-${process.pid}-${verdict}`;
  const report = join(jobFolder(id), 'report.xml');
  const failure = '<failure message="too late"/>';
  const xml = (/** @type {string} */ inside) =>
    `<testsuites><testsuite name="a"><testcase classname="a.test.ts" name="in time">${inside}</testcase></testsuite></testsuites>`;
  const script = `if [ -e "$1" ]; then printf '%s' '${xml(verdict === 'passes' ? '' : failure)}' >"$2"; [ ${verdict} = passes ]
    else : >"$1"; printf '%s' '${xml(failure)}' >"$2"; exit 1; fi`;
  const argv = ['sh', '-c', script, 'sh', mark, report];
  return /** @type {import('../../../tools/test/jobs.mjs').Job} */ ({
    ...{ id, stage: 'unit', label: '', needs: [], wallMs: 1, weight: 1 },
    place: { kind: 'here' },
    suite: { kind: 'command', argv, report },
  });
}

test.each([
  ['passes', { passed: 1, failed: 0, skipped: 0 }],
  ['fails', { passed: 0, failed: 1, skipped: 0 }],
])(
  'a job that failed and %s when it is run again: the second run counts, the first is told',
  async (verdict, counts) => {
    const folder = mkdtempSync(join(tmpdir(), 'again-'));
    const job = failingOnce(join(folder, 'mark'), verdict);
    try {
      const first = await runJob(job, context);
      expect(count(first.outcome.cases)).toEqual({ passed: 0, failed: 1, skipped: 0 });
      const again = await runAgain(first, context);
      expect(count(again.outcome.cases)).toEqual(counts);
      expect(again.outcome.repeated).toEqual(['a.test.ts: in time']);
      // A second run of what did not fail is none.
      expect(await runAgain({ ...again, outcome: { ...again.outcome, cases: [] } }, context)).toMatchObject({
        wallMs: again.wallMs,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(jobFolder(job.id), { recursive: true, force: true });
    }
  },
);

test.each(/** @type {const} */ (['e2e', 'unit']))('of %s only the files in which one failed run again', (stage) => {
  const [job] = jobsOf(stage, { more: ['--changed', 'abc'] });
  const of = (/** @type {string} */ path, /** @type {'passed' | 'failed'} */ status, name = status) => ({
    ...{ file: basename(path), path, name, status, seconds: 0, detail: '' },
  });
  // One name in two folders is two files.
  const [path, other] = [`test/${stage}/a/pace.test.ts`, `test/${stage}/b/pace.test.ts`];
  const cases = [of(path, 'passed'), of(path, 'failed'), of(other, 'passed')];
  if (job?.suite.kind !== 'command') throw new Error(`${stage} is a command`);
  const { rerun, kept } = choose(job, { cases, whole: true, repeated: [], output: '' }, ['failed']);
  expect(rerun.suite).toEqual({ ...job.suite, files: [path] });
  expect(job.suite.argv).not.toContain('--changed');
  expect(kept).toEqual([of(other, 'passed')]);
  expect(choose(job, { cases, whole: false, repeated: [], output: '' }, 'everything')).toEqual({
    rerun: job,
    kept: [],
  });
});

test.each(
  /** @type {const} */ ([
    ['unit', true],
    ['e2e', true],
    ['station', true],
    ['lint', false],
    ['start', false],
  ]),
)('a job of %s that failed is run again: %s', (stage, again) => {
  const [job] = jobsOf(stage);
  if (job === undefined) throw new Error(`${stage} has no job`);
  const of = (/** @type {'passed' | 'failed'} */ status) => {
    const outcome = {
      cases: [{ file: 'a', name: 'a', status, seconds: 0, detail: '' }],
      whole: true,
      repeated: [],
      output: '',
    };
    return { job, outcome, began: 0, wallMs: 0, cpuMs: 0 };
  };
  expect(mayBeLoad(of('failed'), new Map())).toBe(again);
  expect(mayBeLoad(of('passed'), new Map())).toBe(false);
});

test.each([
  [
    'a virtual machine that ended before its tests',
    'vm',
    false,
    'Aborted\nvm: the machine ended without a result.\n',
    true,
  ],
  ['a virtual machine in which a test failed', 'vm', true, 'not ok 1 a', false],
  ['a virtual machine in which the tests could not be set up', 'vm', false, 'not ok 1 setup_file failed', false],
  ['a virtual machine whose time was up', 'vm', false, 'vm: the time is up after 1800 s.\n', false],
  ['a sandbox', 'sandbox', false, 'vm: the machine ended without a result.\n', false],
])('run again at once: %s', (_what, kind, whole, output, again) => {
  const [job] = jobsOf('v2');
  if (job === undefined) throw new Error('There is no job of v2.');
  const place = /** @type {import('../../../tools/test/jobs.mjs').Place} */ ({ ...job.place, kind });
  expect(hasLostMachine({ job: { ...job, place }, outcome: { ...notStarted('gone'), whole, output } })).toBe(again);
});
