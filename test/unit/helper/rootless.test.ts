import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  isPrivateFolder,
  isRootlessSocket,
  rootlessLog,
  rootlessSocket,
  rootlessStateFile,
} from '../../../src/helper/rootless';

test.each([
  ['/run/user/1000/docker.sock', {}, 1000, true],
  ['/run/user/1000/docker.sock', { XDG_RUNTIME_DIR: '/somewhere' }, 1000, true],
  ['/somewhere/docker.sock', { XDG_RUNTIME_DIR: '/somewhere' }, 1000, true],
  ['/tmp/dind-station-1000/docker.sock', {}, 1000, true],
  ['/run/user/1001/docker.sock', {}, 1000, false],
  ['/var/run/docker.sock', {}, 1000, false],
  ['/run/user/1000/podman.sock', {}, 1000, false],
  // A relative folder is none, as for dind-rootless itself.
  ['run/docker.sock', { XDG_RUNTIME_DIR: 'run' }, 1000, false],
  ['/run/user/0/docker.sock', { XDG_RUNTIME_DIR: '/run/user/0' }, 0, false],
])('%s in %j of %d: %s', (path, environment, uid, own) => {
  expect(isRootlessSocket(path, environment, uid)).toBe(own);
});

test.each([
  [{}, ['/run/user/7'], '/run/user/7/docker.sock'],
  [{}, ['/run/user/7', '/tmp/dind-station-7'], '/run/user/7/docker.sock'],
  [{}, ['/tmp/dind-station-7'], '/tmp/dind-station-7/docker.sock'],
  // dind-rootless makes it.
  [{}, [], '/tmp/dind-station-7/docker.sock'],
  [{ XDG_RUNTIME_DIR: 'relative' }, ['/run/user/7'], '/run/user/7/docker.sock'],
  // One that is named is taken, or refused by dind-rootless: no other is taken in its place.
  [{ XDG_RUNTIME_DIR: '/named' }, ['/run/user/7'], '/named/docker.sock'],
])('with %j and %j its own, the socket is %s', (environment, own, socket) => {
  expect(rootlessSocket(environment, 7, (folder) => own.includes(folder))).toBe(socket);
});

test("only a folder that is this user's alone, and no link to one, is taken", () => {
  const folder = mkdtempSync(join(tmpdir(), 'dind-station-test-'));
  try {
    const uid = process.geteuid?.() ?? 0;
    expect(isPrivateFolder(folder, uid)).toBe(true);
    expect(isPrivateFolder(folder, uid + 1)).toBe(false);
    symlinkSync(folder, join(folder, 'link'));
    expect(isPrivateFolder(join(folder, 'link'), uid)).toBe(false);
    chmodSync(folder, 0o750);
    expect(isPrivateFolder(folder, uid)).toBe(false);
    expect(isPrivateFolder(join(folder, 'none'), uid)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the places are those of dind-rootless', () => {
  expect(rootlessSocket({ XDG_RUNTIME_DIR: '/r' }, 7)).toBe('/r/docker.sock');
  expect(rootlessStateFile('/r/docker.sock')).toBe('/r/dind-station/state.json');
  expect(rootlessLog({ HOME: '/home/ada' })).toBe('/home/ada/.local/state/dind-station/dockerd.log');
  expect(rootlessLog({ HOME: '/home/ada', XDG_STATE_HOME: '/s' })).toBe('/s/dind-station/dockerd.log');
});
