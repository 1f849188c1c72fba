import { afterEach, describe, expect, test } from 'vitest';
import { cpusOf, limitOf, parseCgroup, readCgroupPath } from '../../../src/machine/cgroupPath';
import { makeTree, removeTree } from './tree';

let top = '';
afterEach(() => removeTree(top));

test('lines of both versions', () => {
  expect(parseCgroup('4:memory:/docker/a\n2:cpu,cpuacct:/b\n0::/init\nnonsense\n')).toEqual([
    { controllers: ['memory'], path: '/docker/a' },
    { controllers: ['cpu', 'cpuacct'], path: '/b' },
    { controllers: [], path: '/init' },
  ]);
});

test('no limit is written in three ways', () => {
  expect(['max', '9223372036854771712', '-1', '67108864\n'].map(limitOf)).toEqual([
    undefined,
    undefined,
    undefined,
    67108864,
  ]);
  expect(['25000 100000', 'max 100000', '-1 100000', ' '].map(cpusOf)).toEqual([0.25, undefined, undefined, undefined]);
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
    expect(await readCgroupPath(7, top, 'abc')).toEqual({ version: 2, path: '/../abc', levels: [] });
  });
});
