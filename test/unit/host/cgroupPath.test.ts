import { afterEach, describe, expect, test } from 'vitest';
import { readCgroupPath } from '../../../src/host/cgroupPath';
import { parseMemberships } from '../../../src/host/cgroupMembership';
import { makeTree, removeTree } from './tree';

let top = '';
afterEach(() => removeTree(top));

test('lines of both versions', () => {
  expect(parseMemberships('4:memory:/docker/a\n2:cpu,cpuacct:/b\n0::/init\nnonsense\n')).toEqual([
    { hierarchy: 4, controllers: ['memory'], path: '/docker/a' },
    { hierarchy: 2, controllers: ['cpu', 'cpuacct'], path: '/b' },
    { hierarchy: 0, controllers: [], path: '/init' },
  ]);
});

describe('the way up from a container', () => {
  test('on v2, to the top of what can be seen', async () => {
    top = makeTree({
      '/proc/7/cgroup': '0::/docker/abc\n',
      '/proc/self/mountinfo': '1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      '/sys/fs/cgroup/memory.max': '209715200\n',
      '/sys/fs/cgroup/memory.current': '1000\n',
      '/sys/fs/cgroup/cpu.max': '10000 100000\n',
      '/sys/fs/cgroup/docker/memory.max': 'max\n',
      '/sys/fs/cgroup/docker/memory.low': '0\n',
      '/sys/fs/cgroup/docker/abc/memory.low': '25165824\n',
      '/sys/fs/cgroup/docker/abc/pids.max': '16\n',
      '/sys/fs/cgroup/docker/abc/pids.current': '3\n',
      '/sys/fs/cgroup/docker/abc/cpu.stat': 'usage_usec 1500000\nuser_usec 1\n',
    });
    expect(await readCgroupPath(7, top, 'abc')).toEqual({
      version: 2,
      path: '/docker/abc',
      levels: [
        { path: '/docker/abc', memoryLow: 25165824, pids: 16, processes: 3, cpuSeconds: 1.5 },
        { path: '/docker', memoryLow: 0 },
        { path: '/', memory: 209715200, memoryUsed: 1000, cpus: 0.1 },
      ],
    });
  });

  test('on v1, each controller in its own tree, and the smallest of what cannot be seen', async () => {
    top = makeTree({
      '/proc/7/cgroup': '4:memory:/docker/abc\n1:cpu,cpuacct:/docker/abc\n0::/\n',
      '/proc/self/mountinfo':
        '1 0 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n2 0 0:2 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n3 0 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n',
      '/sys/fs/cgroup/memory/docker/abc/memory.stat': 'cache 0\nhierarchical_memory_limit 104857600\n',
      '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '134217728\n',
      '/sys/fs/cgroup/cpu/docker/abc/cpuacct.usage': '2500000000\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_period_us': '100000\n',
    });
    expect(await readCgroupPath(7, top, 'abc')).toEqual({
      version: 1,
      path: '/docker/abc',
      levels: [
        { path: '/docker/abc', memory: 134217728, cpuSeconds: 2.5 },
        { path: '/docker', cpus: 0.5 },
        { path: '/' },
      ],
      hierarchicalMemory: 104857600,
    });
  });

  test('a PID of another namespace is somebody else here', async () => {
    top = makeTree({ '/proc/7/cgroup': '0::/user.slice\n', '/proc/self/mountinfo': '' });
    expect(await readCgroupPath(7, top, 'abc')).toEqual({
      unreadable: '/proc/7/cgroup: /user.slice is not the group of abc',
    });
    expect(await readCgroupPath(8, top)).toEqual({ unreadable: '/proc/8/cgroup: ENOENT' });
  });

  test('a group outside of what can be seen has no levels', async () => {
    top = makeTree({ '/proc/7/cgroup': '0::/../abc\n', '/proc/self/mountinfo': '' });
    const why = 'cgroup v2 is not mounted';
    expect(await readCgroupPath(7, top, 'abc')).toEqual({
      version: 2,
      path: '/../abc',
      levels: [],
      notVisible: { memory: why, cpus: why, pids: why },
    });
  });

  test('below a bind over the memory hierarchy, by the path less its root, and no further up than that', async () => {
    top = makeTree({
      '/proc/7/cgroup': '4:memory:/outer/docker/abc\n2:pids:/docker/abc\n1:cpu:/docker/abc\n',
      '/proc/self/mountinfo':
        '1 9 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n5 1 0:1 /outer /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n2 9 0:2 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n',
      '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '67108864\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '134217728\n',
      // What a reader would take that does not know of the bind.
      '/sys/fs/cgroup/memory/outer/docker/abc/memory.limit_in_bytes': '1\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/docker/cpu.cfs_period_us': '100000\n',
    });
    const cpus = (path: string) => ({ paths: { cpus: path } });
    expect(await readCgroupPath(7, top, 'abc')).toEqual({
      version: 1,
      path: '/outer/docker/abc',
      paths: { cpus: '/docker/abc', pids: '/docker/abc' },
      levels: [
        { path: '/outer/docker/abc', memory: 67108864, ...cpus('/docker/abc') },
        { path: '/outer/docker', cpus: 0.5, ...cpus('/docker') },
        { path: '/outer', memory: 134217728, ...cpus('/') },
      ],
      notVisible: { pids: 'pids is not mounted' },
    });
  });

  test('that is not below such a bind: the other trees are read, and the reason is given', async () => {
    top = makeTree({
      '/proc/7/cgroup': '4:memory:/docker/abc\n1:cpu:/docker/abc\n',
      '/proc/self/mountinfo':
        '1 9 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n5 1 0:1 /outer /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n2 9 0:2 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n',
      // Not the group of that path, which is in the covered tree.
      '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '1\n',
      '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us': '100000\n',
    });
    expect(await readCgroupPath(7, top, 'abc')).toEqual({
      version: 1,
      path: '/docker/abc',
      levels: [{ path: '/docker/abc', cpus: 0.5 }, { path: '/docker' }, { path: '/' }],
      notVisible: { memory: '/docker/abc is not below /outer, the part of memory at /sys/fs/cgroup/memory' },
    });
  });
});
