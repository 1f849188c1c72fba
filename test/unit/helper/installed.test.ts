import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkInstalled, helperVersion, type Installed } from '../../../src/helper/installed';

let root: string;
let bundled: string;
let installed: string;
const groupFile = (): string => join(root, 'group');

function writeHelper(folder: string, version = '0.1.0', part = 'echo part\n'): void {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(join(folder, 'dind-helper'), `#!/bin/sh\nHELPER_VERSION=${version}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'lib', 'part.sh'), part, { mode: 0o644 });
  writeFileSync(join(folder, 'lib', 'table.tsv'), 'a\tb\n', { mode: 0o644 });
  for (const path of [folder, join(folder, 'lib')]) chmodSync(path, 0o755);
}

function check(): Promise<Installed> {
  const trustedUid = process.getuid?.() ?? 0;
  return checkInstalled({
    bundledFolder: bundled,
    installedFolder: installed,
    trustedFrom: root,
    trustedUid,
    groupFile: groupFile(),
  });
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'installed-'));
  bundled = join(root, 'bundled');
  installed = join(root, 'usr', 'dind-station');
  mkdirSync(join(root, 'usr'), { mode: 0o755 });
  writeFileSync(groupFile(), 'root:x:0:\nstaff:x:50:\ncrew:x:51:alice,bob\n');
  writeHelper(bundled);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('the installed copy', () => {
  test('is missing, also when only a part of its path exists', async () => {
    expect(await check()).toEqual({ status: 'missing', path: installed });
    mkdirSync(installed);
    expect((await check()).status).toBe('missing');
  });

  test('is current when names and contents are the same', async () => {
    writeHelper(installed);
    // Not part of the helper, and in one of the two only.
    writeFileSync(join(bundled, 'lib', 'README'), 'x');
    expect(await check()).toEqual({ status: 'current', version: '0.1.0' });
  });

  test('is outdated by its version, by one byte, by a part more or less', async () => {
    writeHelper(installed, '0.0.9');
    expect(await check()).toEqual({ status: 'outdated', installedVersion: '0.0.9', bundledVersion: '0.1.0' });
    writeHelper(installed, '0.1.0', 'echo patched\n');
    expect((await check()).status).toBe('outdated');
    writeHelper(installed);
    writeFileSync(join(installed, 'lib', 'more.sh'), '');
    expect((await check()).status).toBe('outdated');
    rmSync(join(installed, 'lib', 'more.sh'));
    writeFileSync(join(installed, 'lib', 'table.tsv'), 'a\tc\n');
    expect((await check()).status).toBe('outdated');
  });

  test('two files with swapped contents are not the same helper', async () => {
    writeFileSync(join(bundled, 'lib', 'a.sh'), 'one');
    writeFileSync(join(bundled, 'lib', 'b.sh'), 'two');
    writeHelper(installed);
    writeFileSync(join(installed, 'lib', 'a.sh'), 'two', { mode: 0o644 });
    writeFileSync(join(installed, 'lib', 'b.sh'), 'one', { mode: 0o644 });
    expect((await check()).status).toBe('outdated');
  });

  const weaknesses: [string, () => void, RegExp][] = [
    ['a file everybody can write', () => chmodSync(join(installed, 'lib', 'part.sh'), 0o666), /part\.sh .*mode 666/],
    ['a table', () => chmodSync(join(installed, 'lib', 'table.tsv'), 0o666), /table\.tsv .*mode 666/],
    ['the program itself', () => chmodSync(join(installed, 'dind-helper'), 0o777), /dind-helper .*mode 777/],
    ['its folder', () => chmodSync(installed, 0o757), /dind-station can be written by everybody/],
    ['the folder of its parts', () => chmodSync(join(installed, 'lib'), 0o777), /lib can be written/],
    ['a folder above', () => chmodSync(join(root, 'usr'), 0o1777), /usr can be written by everybody \(mode 1777\)/],
    [
      'a link in the place of a part',
      () => {
        rmSync(join(installed, 'lib', 'part.sh'));
        symlinkSync(join(bundled, 'lib', 'part.sh'), join(installed, 'lib', 'part.sh'));
      },
      /is not a file/,
    ],
  ];
  test.each(weaknesses)('is not trusted: %s', async (_name, weaken, why) => {
    writeHelper(installed);
    weaken();
    const found = await check();
    expect(found.status).toBe('untrusted');
    expect(found).toHaveProperty('why', expect.stringMatching(why));
  });

  test('is judged at the real place behind a link', async () => {
    const real = join(root, 'elsewhere');
    writeHelper(real);
    symlinkSync(real, installed);
    expect((await check()).status).toBe('current');
    chmodSync(real, 0o777);
    expect((await check()).status).toBe('untrusted');
  });

  test.skipIf(process.getuid?.() !== 0)('is not trusted when it belongs to somebody else', async () => {
    writeHelper(installed);
    chownSync(join(installed, 'dind-helper'), 1000, 0);
    expect(await check()).toMatchObject({ status: 'untrusted', why: expect.stringContaining('user id 1000') });
  });

  test.skipIf(process.getuid?.() !== 0)('may be writable by a group without members, as Debian has it', async () => {
    writeHelper(installed);
    const usr = join(root, 'usr');
    chownSync(usr, 0, 50);
    chmodSync(usr, 0o2775);
    expect((await check()).status).toBe('current');
    chownSync(usr, 0, 51);
    chmodSync(usr, 0o2775);
    expect(await check()).toMatchObject({ status: 'untrusted', why: expect.stringContaining('alice,bob') });
  });
});

test('a damaged bundle is an error, not a verdict', async () => {
  rmSync(join(bundled, 'dind-helper'));
  await expect(check()).rejects.toThrow(/ENOENT/);
});

test('the version is read as the helper declares it', () => {
  expect(helperVersion('set -eu\nHELPER_VERSION=1.2.3\n')).toBe('1.2.3');
  expect(helperVersion("readonly VERSION='1.2.3-rc.1'\n")).toBe('1.2.3-rc.1');
  expect(helperVersion('echo VERSION=1.2.3\n')).toBe('unknown');
});
