import { describe, expect, test } from 'vitest';
import {
  afterRepeating,
  count,
  exactly,
  failedNames,
  junitOutcome,
  notStarted,
  repeatable,
  tapOutcome,
} from '../../../tools/test/outcome.mjs';

/** @param {string} stdout @param {number} [code] @param {number} [tests] */
const tap = (stdout, code = 0, tests = 0) => tapOutcome({ code, stdout, stderr: '' }, 'a.bats', tests);
/** @param {string} cases @param {number} [code] */
const xml = (cases, code = 0) =>
  junitOutcome({
    code,
    stdout: '',
    stderr: '',
    xml: `<testsuites><testsuite name="s">${cases}</testsuite></testsuites>`,
  });

describe('bats, from the Test Anything Protocol', () => {
  const text = `1..4
ok 1 starts # in 1250 ms
not ok 2 stops # 2 in 3 # in 70 ms
# (in test file a.bats, line 3)
#   \`false' failed
ok 3 sleeps # skip no disk
ok 4 wakes # in 5 ms
`;

  test('passed, failed and skipped, with times, reasons and what a failure said', () => {
    const { cases, whole } = tap(text, 1);
    expect(whole).toBe(true);
    expect(count(cases)).toEqual({ passed: 2, failed: 1, skipped: 1 });
    expect(cases.slice(0, 3)).toEqual([
      { file: 'a.bats', name: 'starts', status: 'passed', seconds: 1.25, detail: '' },
      {
        file: 'a.bats',
        name: 'stops # 2 in 3',
        status: 'failed',
        seconds: 0.07,
        detail: "(in test file a.bats, line 3)\n  `false' failed",
      },
      { file: 'a.bats', name: 'sleeps', status: 'skipped', seconds: 0, detail: 'no disk' },
    ]);
  });

  test('times as bats writes them in a plain stream; those in a name stay', () => {
    const { cases } = tap('1..3\nok 1 a in 12ms\nnot ok 2 b in 5ms in 900ms\nok 3 c in 7ms # skip no disk\n', 1);
    expect(cases.map(({ name, seconds, status }) => [name, seconds, status])).toEqual([
      ['a', 0.012, 'passed'],
      ['b in 5ms', 0.9, 'failed'],
      ['c', 0.007, 'skipped'],
    ]);
  });

  test('what is shown has no line of a test that passed, and all of one that failed', () => {
    expect(tapOutcome({ code: 1, stdout: text, stderr: 'why\n' }, 'a.bats').output).toBe(
      "1..4\nnot ok 2 stops # 2 in 3 # in 70 ms\n# (in test file a.bats, line 3)\n#   `false' failed\nwhy\n",
    );
  });

  test('a run that ends before its plan: what is missing failed', () => {
    const { cases, whole } = tap('1..3\nok 1 starts\n', 1);
    expect(count(cases)).toEqual({ passed: 1, failed: 2, skipped: 0 });
    expect(failedNames(cases)).toEqual(['a test that did not run (2 times)']);
    expect(whole).toBe(false);
  });

  test('the same when bats itself says nothing of it', () =>
    expect(count(tap('1..2\nok 1 a\n', 0).cases).failed).toBe(1));

  test('a run that never began failed', () => {
    expect(count(tap('bats: not found\n', 127).cases)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(count(tap('', 0).cases)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test('setup_file failed: that one and all that did not run', () => {
    const { cases } = tap('1..3\nnot ok 1 setup_file failed\n# no daemon\n', 1);
    expect(count(cases).failed).toBe(3);
    expect(failedNames(cases)).toEqual(['a.bats: setup_file failed', 'a test that did not run (2 times)']);
  });

  test('teardown_file failed: one more than planned', () => {
    expect(count(tap('1..1\nok 1 a\nnot ok 2 teardown_file failed\n', 1).cases)).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  test('an exit status without a failed test is a failure', () => {
    expect(failedNames(tap('1..1\nok 1 a\n', 1).cases)).toEqual([
      'an error outside of all tests: it exited with status 1',
    ]);
  });

  test('a test that was asked for by name and is no longer there failed', () => {
    expect(count(tap('1..1\nok 1 a\n', 0, 2).cases)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
});

describe("vitest, Mocha and our own checks, from JUnit's XML", () => {
  test('passed, failed, an error and skipped', () => {
    const { cases } = xml(
      `<testcase classname="test/unit/a.test.ts" name="one &lt;1&gt; &#39;x&#39;" time="0.5"/>
       <testcase classname="test/unit/a.test.ts" name="two"><failure message="m">long\n story</failure></testcase>
       <testcase classname="Suite of tests" name="three"><error message="only this"/></testcase>
       <testcase classname="a" name="four"><skipped/></testcase>`,
      1,
    );
    expect(cases).toEqual([
      {
        file: 'a.test.ts',
        path: 'test/unit/a.test.ts',
        name: "one <1> 'x'",
        status: 'passed',
        seconds: 0.5,
        detail: '',
      },
      {
        file: 'a.test.ts',
        path: 'test/unit/a.test.ts',
        name: 'two',
        status: 'failed',
        seconds: 0,
        detail: 'long\n story',
      },
      { file: 'Suite of tests', name: 'three', status: 'failed', seconds: 0, detail: 'only this' },
      { file: 'a', name: 'four', status: 'skipped', seconds: 0, detail: '' },
    ]);
  });

  test("Mocha's report is one suite without a list around it; suites may be in suites", () => {
    const one = '<testsuite><testcase name="a"/><testsuite><testcase name="b"/></testsuite></testsuite>';
    expect(count(junitOutcome({ code: 0, stdout: '', stderr: '', xml: one }).cases)).toMatchObject({ passed: 2 });
  });

  test.each([
    ['no report', undefined, 1],
    ['no report of a run that ended well', undefined, 0],
    ['half a report', '<testsuites><testsuite><testcase name="a"/>', 0],
    ['something else', '<html></html>', 0],
    ['an empty report', '<testsuites></testsuites>', 0],
  ])('%s is a failure', (_, report, code) => {
    const { cases } = junitOutcome({ code, stdout: '', stderr: '', ...(report !== undefined && { xml: report }) });
    expect(count(cases)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test('an unhandled error: all passed and the exit status is not 0', () => {
    expect(count(xml('<testcase name="a"/>', 1).cases)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test('nothing to do is no failure where that may be, and only then', () => {
    const nothing = { code: 0, stdout: '', stderr: '', xml: '<testsuites></testsuites>' };
    expect(junitOutcome(nothing, true).cases).toEqual([]);
    expect(count(junitOutcome({ ...nothing, code: 1 }, true).cases).failed).toBe(1);
    expect(
      count(junitOutcome({ ...nothing, xml: '<testsuite><testcase name="a"/></testsuite>' }, true).cases).passed,
    ).toBe(1);
  });
});

describe('what failed and is run again', () => {
  const first = tap('1..3\nok 1 a\nnot ok 2 b (c|d)?\nok 3 e # skip no disk\n', 1);
  const kept = first.cases.filter(({ status }) => status !== 'failed');

  test('nothing failed: nothing is run again', () => expect(repeatable(tap('1..1\nok 1 a\n'))).toBeUndefined());

  test('the failed tests, in a pattern in which nothing of a name acts as one', () => {
    expect(repeatable(first)).toEqual(['b (c|d)?']);
    expect(exactly(['b (c|d)?', 'x'])).toBe('^(b \\(c\\|d\\)\\?|x)$');
  });

  test.each(['1..3\nok 1 a\n', '1..3\nnot ok 1 a\n', '', '1..1\nok 1 a\nnot ok 2 teardown_file failed\n'])(
    'everything, when the machine died or what failed is no test: %j',
    (text) => expect(repeatable(tap(text, 1))).toBe('everything'),
  );

  test('passed the second time: all passed, and it is told', () => {
    const second = afterRepeating(first, tap('1..1\nok 1 b (c|d)?\n'), kept);
    expect(count(second.cases)).toEqual({ passed: 2, failed: 0, skipped: 1 });
    expect(second.repeated).toEqual(['a.bats: b (c|d)?']);
  });

  test('failed the second time: failed', () => {
    const second = afterRepeating(first, tap('1..1\nnot ok 1 b (c|d)?\n', 1), kept);
    expect(count(second.cases)).toEqual({ passed: 1, failed: 1, skipped: 1 });
  });

  test('of a first time that is repeated whole nothing counts', () => {
    const second = afterRepeating(tap('1..2\nok 1 a\n', 1), tap('1..2\nok 1 a\nok 2 b\n'), []);
    expect(count(second.cases)).toEqual({ passed: 2, failed: 0, skipped: 0 });
  });
});

test('a job that could not be started is one failure with its reason', () => {
  expect(notStarted('no kernel')).toMatchObject({ cases: [{ status: 'failed', detail: 'no kernel' }], whole: false });
});
