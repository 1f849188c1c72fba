import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { busyboxTests } from '../../../tools/test/busybox.mjs';
import { repository as root } from './folders.mjs';

const read = (/** @type {string[]} */ ...path) => readFileSync(join(root, ...path), 'utf8');

/**
 * The tests of a bats file: name to body, without the sandbox that runs them.
 * @param {string} file
 */
function testsIn(file) {
  const found = [...read('test', 'scripts', file).matchAll(/^@test (["'])(.*)\1 \{\n([\s\S]*?)^\}$/gm)];
  return new Map(found.map(([, , name = '', body = '']) => [name, body]));
}

/** The verbs that the helper's own help lists. */
function verbsOfHelp() {
  const help = /usage\(\) \{\n {2}cat <<'END'\n([\s\S]*?)^END$/m.exec(read('scripts', 'dind-helper'))?.[1] ?? '';
  return [...help.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, verb = '']) => verb);
}

describe('the tests that run under busybox in an ordinary run', () => {
  test.each(busyboxTests.map(({ file, tests }) => ({ file, tests })))('$file has each of them', ({ file, tests }) => {
    const there = testsIn(file);
    expect(tests.filter((name) => !there.has(name))).toEqual([]);
  });

  test('are named once, with a reason, and are few', () => {
    const files = busyboxTests.map(({ file }) => file);
    const names = busyboxTests.flatMap(({ file, tests }) => tests.map((name) => `${file}: ${name}`));
    expect(new Set(files).size).toBe(files.length);
    expect(new Set(names).size).toBe(names.length);
    expect(busyboxTests.filter(({ tests, reason }) => tests.length === 0 || reason === '')).toEqual([]);
    expect(names.length).toBeLessThanOrEqual(60);
  });

  test("run every verb of the helper's help", () => {
    const bodies = busyboxTests.flatMap(({ file, tests }) => tests.map((name) => testsIn(file).get(name) ?? ''));
    const runs = (/** @type {string} */ verb) => {
      // Through the functions that the tests share, too: `running` starts, `supervise` and `apply` are what they are called.
      const words = new RegExp(`(?:run_helper|HELPER"?|dind-helper"?) ${verb}(?![a-z-])|^ +${verb}(?: |$)`, 'm');
      return bodies.some((body) => words.test(body));
    };
    const verbs = verbsOfHelp();
    expect(verbs).toEqual(expect.arrayContaining(['start', 'apply', 'supervise', 'version']));
    expect(verbs.filter((verb) => !runs(verb))).toEqual([]);
  });
});
