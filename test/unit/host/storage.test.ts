import { expect, test } from 'vitest';
import { containerdRoot } from '../../../src/host/storage';

const places = { dataRoot: '/srv/docker', execRoot: '/var/run/docker' };
const ownSocket = '/var/run/docker/containerd/containerd.sock';
const ofTheHelper = ['containerd', '--config', '/run/dind-station/containerd.toml', '--log-level', 'warn'];
const ofDockerd = ['containerd', '--config=/var/run/docker/containerd/containerd.toml'];
const ofTheSystem = ['/usr/bin/containerd'];

test.each([
  ['the helper launched it', undefined, [ofTheHelper]],
  ['dockerd launched it', undefined, [ofDockerd]],
  ['one of the system runs beside it', undefined, [ofTheSystem, ofDockerd]],
  ['dockerd was told its address, and it is hidden', `unix://${ownSocket}`, []],
])('in the data root: %s', (_why, named, containerds) => {
  expect(containerdRoot(named, containerds, places)).toBe('/srv/docker/containerd/daemon');
});

test.each([
  ['no other runs', undefined, [ofTheSystem]],
  [
    'dockerd was told its address, whatever runs beside it',
    '/run/containerd/containerd.sock',
    [ofTheHelper, ofTheSystem],
  ],
])("in the system's folder: %s", (_why, named, containerds) => {
  expect(containerdRoot(named, containerds, places)).toBe('/var/lib/containerd');
});

test.each([
  ['none can be seen', undefined, []],
  ['it has a configuration of its own', undefined, [['containerd', '--config', '/etc/containerd/config.toml']]],
  [
    'it is of a user without root',
    undefined,
    [['containerd', '-c', '/run/user/1000/docker/containerd/containerd.toml']],
  ],
  [
    'it serves another program',
    undefined,
    [['containerd', '--root', '/mnt/c', '--address', '/run/k3s/containerd.sock']],
  ],
  ['dockerd was told the address of another', '/run/k3s/containerd.sock', [ofTheSystem]],
])('not known: %s', (_why, named, containerds) => {
  expect(containerdRoot(named, containerds, places)).toBeUndefined();
});
