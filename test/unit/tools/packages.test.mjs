import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensurePackages, packagesAreInstalled, sameLock } from '../../../tools/lib/npmPackages.mjs';
import { ownFolder } from './folders.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b-darwin': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
};
const a = wanted.packages['node_modules/a'];

describe('whether npm ci is needed', () => {
  test.each([
    ['all there, without what is for other systems', { 'node_modules/a': a }, true],
    [
      'everything there',
      { 'node_modules/a': a, 'node_modules/b-darwin': wanted.packages['node_modules/b-darwin'] },
      true,
    ],
    ['one missing', {}, false],
    ['another version', { 'node_modules/a': { ...a, version: '1.0.1' } }, false],
    ['the same version of other content', { 'node_modules/a': { ...a, integrity: 'sha512-x' } }, false],
    [
      'an optional one of another version',
      { 'node_modules/a': a, 'node_modules/b-darwin': { version: '2.0.0' } },
      false,
    ],
    ['one too many', { 'node_modules/a': a, 'node_modules/c': { version: '1.0.0' } }, false],
  ])('%s', (_, packages, same) => expect(sameLock(wanted, { packages })).toBe(same));

  test('without node_modules', () => expect(packagesAreInstalled(ownFolder())).toBe(false));
});

test('two that find packages missing at the same moment: one installs them, the other waits and has nothing to do', async () => {
  const root = ownFolder();
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(wanted));
  mkdirSync(join(root, 'node_modules'));
  const installed = JSON.stringify({ packages: { 'node_modules/a': a } });
  // In the place of npm ci: takes a while, as that does.
  const as = () => [
    'sh',
    '-c',
    'echo began >>log; sleep 0.5; printf %s "$1" >node_modules/.package-lock.json',
    'sh',
    installed,
  ];
  /** @type {string[]} */
  const said = [];
  const ensure = () => ensurePackages({ root, as, detail: (text) => said.push(text) });
  const installedBy = await Promise.all([ensure(), ensure()]);
  expect(installedBy.filter(Boolean)).toHaveLength(1);
  expect(readFileSync(join(root, 'log'), 'utf8')).toBe('began\n');
  expect(said.sort()).toEqual(['npm ci', 'waiting for another npm ci in this checkout']);
});

test('every package that another one names is in the lock file, or npm ci would refuse it on a fresh clone', async () => {
  const { default: lock } = await import('../../../package-lock.json', { with: { type: 'json' } });
  /** @typedef {{ dependencies?: object, optionalDependencies?: object }} Entry */
  const packages = Object.entries(/** @type {Record<string, Entry>} */ (lock.packages));
  const known = new Set(
    packages.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  );
  const named = packages.flatMap(([, entry]) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }));
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
