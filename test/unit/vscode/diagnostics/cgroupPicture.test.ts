import { describe, expect, test } from 'vitest';
import { valueOf } from '../../../../src/host/facts/fact';
import type { Facts } from '../../../../src/host/facts/facts';
import type { CgroupFacts, CgroupLevel } from '../../../../src/host/facts/cgroup';
import { cgroupPicture } from '../../../../src/vscode/diagnostics/cgroupPicture';
import type { CgroupNode } from '../../../../src/webview/protocol';
import { factsOf, readMachine } from '../../../fixtures/machine';

async function pictureOf(name: string): Promise<ReturnType<typeof cgroupPicture>> {
  const facts: Facts = await factsOf(readMachine('machines', name));
  const cgroup = valueOf(facts.cgroup);
  if (cgroup === undefined) throw new Error(`${name} has no control groups`);
  return cgroupPicture(cgroup);
}

function level(folder: string, more: Partial<CgroupLevel> = {}): CgroupLevel {
  const all = ['cpu', 'io', 'memory', 'pids'];
  const rest = { processes: [], processCount: 0, limits: {}, usage: {}, writable: true, type: 'domain' };
  const controllers = more.controllers ?? all;
  return { folder, controllers, delegated: controllers, ...rest, ...more };
}

function v2(root: CgroupLevel, more: Partial<CgroupFacts> = {}): CgroupFacts {
  return {
    version: 'v2',
    mounts: [],
    memberships: [],
    kernelControllers: ['cpu', 'blkio', 'memory', 'pids'].map((name) => ({ name, hierarchy: 0, enabled: true })),
    namespace: { kind: 'private', evidence: [] },
    levels: [root, level('/sys/fs/cgroup/init', { delegated: [], processCount: 3 })],
    v1Levels: {},
    effective: { cpus: { value: 'max' }, memoryBytes: { value: 'max' }, pids: { value: 'max' } },
    ...more,
  };
}

const rootOf = (cgroup: CgroupFacts): CgroupNode | undefined => cgroupPicture(cgroup).trees[0]?.root;
const reaches = (node: CgroupNode | undefined): Record<string, string> =>
  Object.fromEntries(node?.controllers.map(({ name, reach }) => [name, reach]) ?? []);

describe('a prepared container on version 2', () => {
  const docker = level('/sys/fs/cgroup/docker', { limits: { memoryBytes: 'max' }, usage: { memoryBytes: 1024 } });

  test('is a root with this process and the containers below it, and no break', () => {
    const root = rootOf(v2(level('/sys/fs/cgroup'), { dockerLevel: docker }));
    expect(root).toMatchObject({ folder: '/sys/fs/cgroup', role: 'visible cgroup root' });
    expect(root?.children.map(({ role, broken }) => [role, broken])).toEqual([
      ['this process', undefined],
      ['containers', undefined],
    ]);
    expect(reaches(root)).toEqual({ cpu: 'passed', io: 'passed', memory: 'passed', pids: 'passed' });
    expect(reaches(root?.children[0])).toEqual({ cpu: 'held', io: 'held', memory: 'held', pids: 'held' });
  });

  test('has its place for containers before the first of them was started', () => {
    const root = rootOf(v2(level('/sys/fs/cgroup')));
    expect(root?.children.at(-1)).toMatchObject({ folder: '', role: 'containers: none was started yet' });
    expect(root?.children.at(-1)).not.toHaveProperty('broken');
  });
});

describe('where the chain breaks', () => {
  const some = level('/sys/fs/cgroup', { delegated: ['cpu', 'pids'] });

  test('is between the root and the containers, by name', () => {
    const root = rootOf(v2(some, { dockerLevel: level('/sys/fs/cgroup/docker', { controllers: ['cpu', 'pids'] }) }));
    expect(root?.children.at(-1)?.broken).toBe('The chain breaks here: io and memory are not delegated to containers.');
    expect(reaches(root?.children.at(-1))).toMatchObject({ memory: 'absent', io: 'absent', cpu: 'passed' });
  });

  test('is told before the first container where processes are in the way, and only there', () => {
    const crowded = { ...some, processCount: 2 };
    expect(rootOf(v2(crowded))?.children.at(-1)?.broken).toContain('io and memory are not delegated');
    expect(rootOf(v2(some))?.children.at(-1)).not.toHaveProperty('broken');
    // The kernel's true root has no type, and hands down past its processes.
    const { type: _, ...trueRoot } = crowded;
    expect(rootOf(v2(trueRoot))?.children.at(-1)).not.toHaveProperty('broken');
  });

  test('is above the root when the container was not given what the kernel has', () => {
    const root = rootOf(v2(level('/sys/fs/cgroup', { controllers: ['cpu', 'io', 'pids'] })));
    expect(root?.broken).toBe('The chain breaks above: memory was not given to this container.');
    expect(rootOf(v2(level('/sys/fs/cgroup')))).not.toHaveProperty('broken');
  });
});

describe('limits', () => {
  test('are told where they are set, and in sum', () => {
    const root = level('/sys/fs/cgroup', {
      limits: { cpus: 1.5, memoryBytes: 1_073_741_824, pids: 100 },
      usage: { memoryBytes: 1_048_576, pids: 7, memoryEvents: { oom_kill: 2 } },
    });
    const effective = {
      cpus: { value: 1.5, folder: '/sys/fs/cgroup' },
      memoryBytes: { value: 1_073_741_824, folder: '/sys/fs/cgroup' },
      pids: { value: 'max' as const },
    };
    const picture = cgroupPicture(v2(root, { effective }));
    expect(picture.effective.map(({ value }) => value)).toEqual([
      '1.5 CPUs, set at /sys/fs/cgroup',
      '1.0 GiB, set at /sys/fs/cgroup',
      'no visible limit',
    ]);
    expect(picture.trees[0]?.root.rows).toEqual([
      { label: 'CPU limit', value: '1.5 CPUs' },
      { label: 'Memory limit', value: '1.0 GiB, 1.0 MiB used' },
      { label: 'Process limit', value: '100, 7 now' },
      { label: 'OOM kills', value: '2' },
      { label: 'Here', value: '0 processes' },
    ]);
  });
});

describe('recorded machines', () => {
  test('has no break where nesting is prepared', async () => {
    const { trees } = await pictureOf('B-priv-private-nested');
    expect(JSON.stringify(trees)).not.toContain('breaks');
  });

  test('breaks where it is not', async () => {
    const { trees } = await pictureOf('B-priv-private-naive-before');
    expect(trees[0]?.root.children.at(-1)?.broken).toContain('memory');
  });

  test('is a tree for each controller on version 1, without anything to be delegated', async () => {
    const { summary, trees } = await pictureOf('A-priv-trixie');
    expect(summary).toMatch(/^(?:Version 1|Hybrid)/u);
    expect(trees.map(({ title }) => title)).toContain('memory');
    expect(trees.find(({ title }) => title === 'memory')?.root.controllers).toEqual([]);
    expect(JSON.stringify(trees)).not.toContain('breaks');
  });
});

describe('mounts over mounts', () => {
  test('names what is covered, and does not draw a group that is not visible', async () => {
    const picture = await pictureOf('A-foreign-bind');
    expect(picture.summary).toContain(
      'The mount of memory at /sys/fs/cgroup/memory is covered by cgroup at /sys/fs/cgroup/memory (/outer/foreign).',
    );
    expect(picture.summary).toContain(
      'The group of this process is not visible: /outer/inner is not below /outer/foreign, the part of memory at /sys/fs/cgroup/memory.',
    );
    const roles = Object.fromEntries(picture.trees.map(({ title, root }) => [title, root.role]));
    expect(roles).toMatchObject({
      memory: 'visible cgroup root',
      cpu: 'visible cgroup root, with this process',
    });
    const effective = Object.fromEntries(picture.effective.map(({ label, value }) => [label, value]));
    expect(effective).toMatchObject({
      'Memory for everything here': 'not visible',
      'CPU for everything here': 'no visible limit',
    });
  });

  test('says nothing of covers where there are none', async () => {
    expect((await pictureOf('A-two-places')).summary).not.toMatch(/covered|not visible/u);
  });
});
