import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { realPath } from '../../../src/host/realPath';
import { readSocketMount, readRunFolder, readSocketPath } from '../../../src/host/socketPath';
import { makeTree, removeTree } from './tree';

const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));
function tree(files: Record<string, string>): string {
  const top = makeTree(files);
  trees.push(top);
  return top;
}

const socketPath = '/var/run/docker.sock';

describe('a path without links', () => {
  test.each([
    ['/var/run/docker.sock', '/run/docker.sock'],
    ['/up/run/x', '/run/x'],
    ['/a/../b/./c', '/b/c'],
    ['/../..', '/'],
    ['/not/there', '/not/there'],
    ['/far', '/run/deep/end'],
    ['/loop/x', undefined],
  ])('%s is %s, within the tree', async (path, expected) => {
    const top = tree({
      '/var/run': '->/run',
      '/run/x': '',
      '/up': '->../../../..',
      '/far': '->near',
      '/near': '->/var/run/deep/end',
      '/loop': '->/pool',
      '/pool': '->loop',
    });
    expect(await realPath(path, top)).toBe(expected);
  });
});

describe('what stands at the socket', () => {
  test('a socket, with its owner and mode, through the link', async () => {
    const top = tree({ '/run/keep': '', '/var/run': '->/run' });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(top, 'run/docker.sock'), resolve));
    chmodSync(join(top, 'run/docker.sock'), 0o660);
    const facts = await readSocketPath(socketPath, top);
    await new Promise((resolve) => server.close(resolve));
    expect(facts).toEqual({
      path: socketPath,
      resolved: '/run/docker.sock',
      kind: 'socket',
      uid: process.geteuid?.(),
      gid: process.getegid?.(),
      mode: 0o660,
    });
  });

  test('a file, a directory, nothing', async () => {
    expect(await readSocketPath(socketPath, tree({ [socketPath]: '' }))).toMatchObject({ kind: 'file' });
    expect(await readSocketPath(socketPath, tree({ [`${socketPath}/x`]: '' }))).toMatchObject({ kind: 'directory' });
    expect(await readSocketPath(socketPath, tree({}))).toEqual({
      path: socketPath,
      resolved: socketPath,
      kind: 'absent',
    });
    expect(await readSocketPath(socketPath, tree({ '/var/run': '' }))).toMatchObject({ kind: 'absent' });
  });

  test('links in a circle', async () => {
    expect(await readSocketPath('/a', tree({ '/a': '->b', '/b': '->a' }))).toEqual({ unreadable: '/a: ELOOP' });
  });

  test('/var/run as a link, a folder, something else, or not at all', async () => {
    expect(await readRunFolder(tree({ '/var/run': '->/run' }))).toEqual({ kind: 'link', target: '/run' });
    expect(await readRunFolder(tree({ '/var/run/x': '' }))).toEqual({ kind: 'directory' });
    expect(await readRunFolder(tree({ '/var/run': '' }))).toEqual({ kind: 'other' });
    expect(await readRunFolder(tree({}))).toEqual({ kind: 'absent' });
  });
});

describe('a mount over the socket', () => {
  const line = '160 1 0:25 /docker.sock /run/docker.sock rw - tmpfs tmpfs rw\n';

  test('is found by the path without links', async () => {
    const top = tree({ '/var/run': '->/run', '/run/docker.sock': '', '/proc/self/mountinfo': line });
    expect(await readSocketMount(socketPath, top)).toEqual({
      mounted: true,
      evidence: '/run/docker.sock is a mount of /docker.sock (tmpfs tmpfs)',
    });
  });

  test('is none when another path is mounted', async () => {
    const top = tree({ '/var/run/docker.sock': '', '/proc/self/mountinfo': line });
    expect(await readSocketMount(socketPath, top)).toEqual({ mounted: false, evidence: '' });
  });

  test('that cannot be looked for is none, with the reason', async () => {
    expect(await readSocketMount(socketPath, tree({}))).toEqual({
      mounted: false,
      evidence: '/proc/self/mountinfo: ENOENT',
    });
  });
});
