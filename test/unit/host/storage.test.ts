import { expect, test } from 'vitest';
import { containerdRoot } from '../../../src/host/storage';

const places = { dataRoot: '/srv/docker', execRoot: '/var/run/docker' };

test.each([
  ['the helper', [['containerd', '--config', '/run/dind-station/containerd.toml', '--log-level', 'warn']]],
  ['dockerd', [['containerd', '--config', '/var/run/docker/containerd/containerd.toml']]],
  [
    'dockerd, beside one of the system',
    [['/usr/bin/containerd'], ['containerd', '--config=/var/run/docker/containerd/containerd.toml']],
  ],
])('a containerd that was launched by %s keeps its content in the data root', (_by, argvs) => {
  expect(containerdRoot(argvs, places)).toBe('/srv/docker/containerd/daemon');
});

test.each([
  ['one of the system', [['/usr/bin/containerd']], '/var/lib/containerd'],
  [
    'one with a configuration of its own',
    [['containerd', '--config', '/etc/containerd/config.toml']],
    '/var/lib/containerd',
  ],
  ['one that was told another folder', [['containerd', '--root', '/mnt/c']], '/mnt/c'],
  ['none that can be seen', [], '/var/lib/containerd'],
])('%s', (_which, argvs, root) => {
  expect(containerdRoot(argvs, places)).toBe(root);
});
