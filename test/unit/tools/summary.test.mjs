import { expect, test } from 'vitest';
import { readJunit, writeJunit } from '../../../tools/test/junit.mjs';
import { busyLine, failedTests, stageTable, sumLine } from '../../../tools/test/summary.mjs';

/** @typedef {import('../../../tools/test/summary.mjs').Result} Result */
/** @typedef {import('../../../tools/test/junit.mjs').Case} Case */

/** @param {string} name @param {Case['status']} status @param {string} [file] @returns {Case} */
const one = (name, status, file = 'a.bats') => ({ file, name, status, seconds: 1.5, detail: 'why\nthat is' });

/** @param {'scripts' | 'unit' | 'lint' | 'e2e'} stage @param {string} label @param {Case[]} cases @param {number} began @param {number} wallMs @returns {Result} */
const result = (stage, label, cases, began, wallMs) => ({
  job: {
    id: label,
    stage,
    label,
    place: { kind: 'here' },
    suite: { kind: 'bats', path: 'a.bats' },
    needs: [],
    wallMs: 1,
    weight: 1,
  },
  outcome: { cases, whole: true, repeated: [], output: '' },
  began,
  wallMs,
  cpuMs: 30_000,
});

const results = [
  result('scripts', 'a.bats under dash', [one('starts', 'passed'), one('stops', 'failed')], 0, 60_000),
  result('scripts', 'a.bats under busybox', [one('starts', 'skipped')], 30_000, 90_000),
  result('unit', '', [one('words', 'failed', 'words.test.ts'), one('words', 'failed', 'words.test.ts')], 5_000, 5_000),
];

test('the last line, which a CI reads: skipped tests only when there are any', () => {
  expect(sumLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(sumLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('failed tests: stage, file and name, the same one once', () => {
  expect(failedTests(results)).toEqual(['scripts: a.bats under dash: stops', 'unit: words.test.ts: words (2 times)']);
});

test('failed tests of a job that has several files have theirs', () => {
  const half = result('e2e', 'browser tests, half 1', [one('opens', 'failed', 'menu.test.ts')], 0, 1);
  expect(failedTests([half])).toEqual(['e2e: browser tests, half 1: menu.test.ts: opens']);
});

test('stages: tests, the time from the first beginning to the last end, CPU time of all jobs', () => {
  expect(stageTable(results)).toBe(
    [
      'stage    jobs  tests  passed  failed  skipped        wall         CPU',
      'unit        1      2       0       2        0       5.0 s      30.0 s',
      'scripts     2      3       1       1        1  2 min 00 s  1 min 00 s',
      'all         3      5       1       3        1  2 min 00 s  1 min 30 s',
    ].join('\n'),
  );
});

test('how busy the CPUs were, by the tests and all in all', () => {
  expect(busyLine({ cpuMs: 90_000, wallMs: 60_000, cpus: 2, busy: 0.876 })).toBe(
    'CPU: 1 min 30 s in 1 min 00 s on 2 CPUs, 75 % of them by the tests; the whole machine was 88 % busy.',
  );
});

test('the report for a CI says the same, also with what XML cannot hold', () => {
  const cases = [
    one('a <b> & "c"', 'passed'),
    { ...one('red', 'failed'), detail: '\u001b[31mred\u001b[0m \u0007 ]]>' },
    one('s', 'skipped'),
  ];
  const text = writeJunit([
    { name: 'scripts: a.bats under dash', cases, seconds: 4.5 },
    { name: 'lint', cases: [one('types', 'passed', '')], seconds: 1 },
  ]);
  expect(text).toContain('<testsuites name="dind-station" tests="4" failures="1" errors="0" skipped="1" time="5.500">');
  expect(text).toContain('<testsuite name="scripts: a.bats under dash" tests="3" failures="1"');
  expect(text).toContain('classname="lint" name="types"');
  const { cases: read, broken } = readJunit(text);
  expect(broken).toBe('');
  expect(read.map(({ name, status }) => [name, status])).toEqual([
    ['a <b> & "c"', 'passed'],
    ['red', 'failed'],
    ['s', 'skipped'],
    ['types', 'passed'],
  ]);
  expect(read[1]?.detail).toBe('red \uFFFD ]]>');
});
