import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(__dirname, '../..');

/** Every TypeScript file of a folder, as paths below the project's root. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
}

/**
 * One style for what a class keeps to itself: `#name`, which the language enforces and the bundler shortens. It is also
 * the only one of the plain JavaScript under `tools`. The linter has no rule for it. A constructor
 * that is `private` has no other form.
 */
test('private members are #private', () => {
  const modifier = /^\s*(?:private|protected)\s+(?!constructor\()/;
  const parameterProperty = /\bconstructor\(\s*(?:public|private|protected|readonly)\s/;
  const found = ['src', 'test', 'bench'].flatMap(sources).filter((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return parameterProperty.test(text) || text.split('\n').some((line) => modifier.test(line));
  });
  expect(found).toEqual([]);
});

/** Files share the modules that they load (`isolate: false` in vitest.config.mts): one that replaces a module would do so for others. */
test('no test replaces a module', () => {
  const replaces = /\bvi\.(?:do)?[mM]ock\(/u;
  expect(sources('test').filter((path) => replaces.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
});
