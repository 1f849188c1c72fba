import { describe, expect, test } from 'vitest';
import {
  afterRepeating,
  countMocha,
  countTap,
  countVitest,
  repeatable,
  sum,
  tapOutcome,
} from '../../../tools/test/counts.mjs';

describe('the Test Anything Protocol', () => {
  test('passed, failed and skipped, and the failed by name', () => {
    const text =
      '1..4\nok 1 starts\nnot ok 2 stops # in 3 s\n# what bats says\nok 3 sleeps # skip no bed\nok 4 wakes\n';
    expect(countTap(text)).toEqual({ passed: 2, failed: 1, skipped: 1, failures: ['stops # in 3 s'] });
  });

  test('a run that ends before its plan failed', () => {
    expect(countTap('1..3\nok 1 starts\n')).toEqual({
      passed: 1,
      failed: 2,
      skipped: 0,
      failures: ['2 that did not run'],
    });
  });

  test('a run that never began failed', () => {
    expect(countTap('bats: not found\n')).toMatchObject({ failed: 1, failures: ['1 that did not run'] });
  });

  test('what is shown has no line of a test that passed', () => {
    const { output, failures } = tapOutcome('under dash', { stdout: '1..2\nok 1 a\nnot ok 2 b\n', stderr: 'why\n' });
    expect(output).toBe('--- under dash\n1..2\nnot ok 2 b\nwhy\n');
    expect(failures).toEqual(['under dash: b']);
  });
});

describe('what failed in a machine that is a program', () => {
  const first = { stdout: '1..3\nok 1 a\nnot ok 2 b (c|d)?\nok 3 e # skip no disk\n', stderr: '' };

  test('nothing failed: nothing is run again', () => expect(repeatable({ stdout: '1..1\nok 1 a\n' })).toBeUndefined());

  test('the failed tests, by names in which nothing acts as a pattern', () => {
    const what = repeatable(first);
    expect(what).toEqual({ pattern: '^(b \\(c\\|d\\)\\?)$' });
  });

  test('everything, when the machine died before its plan', () => {
    expect(repeatable({ stdout: '1..3\nok 1 a\n' })).toBe('everything');
    expect(repeatable({ stdout: '1..3\nnot ok 1 a\n' })).toBe('everything');
    expect(repeatable({ stdout: '' })).toBe('everything');
  });

  test('passed the second time: all passed, and it is told', () => {
    const second = tapOutcome('v2', { stdout: '1..1\nok 1 b (c|d)?\n', stderr: '' });
    expect(afterRepeating(tapOutcome('v2', first), second, { pattern: 'b' })).toMatchObject({
      passed: 2,
      failed: 0,
      skipped: 1,
      failures: [],
      repeated: ['v2: b (c|d)?'],
    });
  });

  test('failed the second time: failed', () => {
    const second = tapOutcome('v2', { stdout: '1..1\nnot ok 1 b\n', stderr: '' });
    const outcome = afterRepeating(tapOutcome('v2', first), second, { pattern: 'b' });
    expect(outcome).toMatchObject({ passed: 1, failed: 1, failures: ['v2: b'] });
    expect(afterRepeating(tapOutcome('v2', first), second, 'everything')).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe("vitest's report", () => {
  const report = (/** @type {object} */ more) =>
    JSON.stringify({
      numPassedTests: 3,
      numFailedTests: 0,
      numPendingTests: 1,
      numTodoTests: 0,
      success: false,
      testResults: [],
      ...more,
    });

  test('failed tests by file and name', () => {
    const testResults = [
      {
        name: '/x/test/unit/a.test.ts',
        status: 'failed',
        assertionResults: [
          { fullName: 'one', status: 'passed' },
          { fullName: 'two', status: 'failed' },
        ],
      },
    ];
    expect(countVitest(report({ numFailedTests: 1, testResults }))).toEqual({
      passed: 3,
      failed: 1,
      skipped: 1,
      failures: ['a.test.ts: two'],
    });
  });

  test('a file that could not be loaded', () => {
    const testResults = [{ name: '/x/a.test.ts', status: 'failed', assertionResults: [] }];
    expect(countVitest(report({ testResults }))).toMatchObject({ failed: 1, failures: ['a.test.ts'] });
  });

  test('an error outside of all tests', () => {
    expect(countVitest(report({}))).toMatchObject({ failed: 1, failures: ['an error outside of all tests'] });
  });

  test('all well', () => expect(countVitest(report({ success: true }))).toMatchObject({ failed: 0, failures: [] }));
});

describe('the suite inside the editor', () => {
  test('failed tests by name, once', () => {
    const text =
      '  the indicator\n    1) is there\n\n  2 passing (1s)\n  1 failing\n\n  1) the indicator\n       is there:\n';
    expect(countMocha(text, 1)).toEqual({ passed: 2, failed: 1, skipped: 0, failures: ['is there'] });
  });

  test.each([
    ['never began', '', 0],
    ['passed and ended badly', '  2 passing (1s)\n', 1],
  ])('%s', (_, text, code) => {
    expect(countMocha(text, code)).toMatchObject({ failed: 1, failures: ['the suite did not run to its end'] });
  });
});

test('the sum shows only the output of what failed', () => {
  const good = { passed: 2, failed: 0, skipped: 1, failures: [], output: 'good' };
  const bad = { passed: 1, failed: 1, skipped: 0, failures: ['b'], output: 'bad' };
  expect(sum([good, bad])).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    failures: ['b'],
    repeated: [],
    output: 'bad',
  });
});
