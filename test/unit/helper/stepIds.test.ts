import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stepFamilies, stepIds } from '../../../src/helper/stepIds';

const scripts = join(__dirname, '../../../scripts');

/** Functions of the scripts that tell of a step, and how many arguments stand before its name. */
const tellers: readonly (readonly [pattern: string, before: number])[] = [
  ['step|stage|warn_keep|nesting_changed|nesting_failed|left_to_json', 0],
  ['move_aside', 1],
  ['access_grant', 2],
];

/** The names of steps in a script; `tls.` for one that begins so and goes on with a variable. */
function stepsIn(text: string): string[] {
  const code = text.replace(/^\s*#.*$/gmu, '');
  return tellers.flatMap(([pattern, before]) => {
    const call = new RegExp(
      `(?<![\\w.-])(?:${pattern})(?: (?:"[^"]*"|\\S+)){${String(before)}} "?([a-z][\\w.-]*)`,
      'gu',
    );
    return [...code.matchAll(call)].map(([, name = '']) => name);
  });
}

/** `tls` for `tls.` and for `tls.ca`; undefined for a step that is in no family. */
function familyOf(name: string): string | undefined {
  return stepFamilies.find((family) => name.startsWith(`${family}.`));
}

test('the steps are those that the scripts tell of', () => {
  const files = readdirSync(scripts, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const told = files.flatMap(({ parentPath, name }) => stepsIn(readFileSync(join(parentPath, name), 'utf8')));
  expect(told.length).toBeGreaterThan(150);
  const single = told.filter((name) => familyOf(name) === undefined);
  expect([...new Set(single)].toSorted()).toEqual([...stepIds].toSorted());
  const families = told.flatMap((name) => familyOf(name) ?? []);
  expect([...new Set(families)].toSorted()).toEqual([...stepFamilies].toSorted());
});
