import { expect, test } from 'vitest';
import { isRootlessSocket, rootlessLog, rootlessSocket, rootlessStateFile } from '../../../src/daemon/rootless';

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

test('the places are those of dind-rootless', () => {
  expect(rootlessSocket({ XDG_RUNTIME_DIR: '/r' }, 7)).toBe('/r/docker.sock');
  expect(rootlessSocket({}, 7)).toBe('/run/user/7/docker.sock');
  expect(rootlessStateFile('/r/docker.sock')).toBe('/r/dind-station/state.json');
  expect(rootlessLog({ HOME: '/home/ada' })).toBe('/home/ada/.local/state/dind-station/dockerd.log');
  expect(rootlessLog({ HOME: '/home/ada', XDG_STATE_HOME: '/s' })).toBe('/s/dind-station/dockerd.log');
});
