import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cgroup2, cgroupTable, parseMemberships, placeOf } from '../../../src/host/cgroupMembership';
import { MountTree, parseMountinfo } from '../../../src/host/mounts';
import { machineNames, readMachine } from '../../fixtures/machine';

/** A table of mounts: id, parent, root, mount point, options, type, options of the file system. */
function table(...lines: readonly string[]) {
  const mounts = lines.map((line) => {
    const [id, parent, root, place, mode, type, options] = line.split(' ');
    return `${id} ${parent} 0:9 ${root} ${place} ${mode} shared:7 - ${type} ${type} ${options}`;
  });
  return parseMountinfo(mounts.join('\n'));
}

const machine = ['1 0 / / rw ext4 rw', '30 1 / /sys/fs/cgroup rw tmpfs rw'];
const memory = '34 30 / /sys/fs/cgroup/memory rw cgroup rw,memory';

function place(mounts: ReturnType<typeof table>, path: string, hierarchy = 'memory') {
  return placeOf(cgroupTable(mounts), [{ hierarchy: 1, controllers: ['memory'], path }], hierarchy);
}

/** What is mounted there and what runc makes of it, in short. */
function runc(...lines: readonly string[]) {
  return cgroupTable(table(...machine, ...lines)).runc.map(({ controllers, taken, found }) =>
    [controllers.join(), taken.mountPoint, 'cover' in taken ? 'covered' : 'seen', found ? 'found' : 'lost'].join(' '),
  );
}

describe('what covers a mount', () => {
  const isCovered = (mounts: ReturnType<typeof table>, id: number): boolean | undefined => {
    const mount = mounts.find((one) => one.id === id);
    return mount && new MountTree(mounts).isCovered(mount);
  };

  test('one at the same place, also where its ID is the smaller one or its line the earlier', () => {
    const cover = '7 34 /a /sys/fs/cgroup/memory rw cgroup rw,memory';
    for (const lines of [
      [memory, cover],
      [cover, memory],
    ]) {
      const mounts = table(...machine, ...lines);
      expect([34, 7].map((id) => isCovered(mounts, id))).toEqual([true, false]);
    }
  });

  test('one over a folder above, and what was mounted in that one is seen again', () => {
    const mounts = table(
      ...machine,
      memory,
      '40 30 / /sys/fs/cgroup rw tmpfs rw',
      '41 40 / /sys/fs/cgroup/pids rw cgroup rw,pids',
    );
    expect([30, 34, 40, 41].map((id) => isCovered(mounts, id))).toEqual([true, true, false, false]);
  });

  test('not one whose mount point only begins alike', () => {
    const mounts = table(...machine, memory, '40 30 / /sys/fs/cgroup/mem rw tmpfs rw');
    expect(isCovered(mounts, 34)).toBe(false);
  });

  test('below a chroot, where parents are not in the table, the later one', () => {
    const mounts = table(
      '30 9 / /sys/fs/cgroup rw tmpfs rw',
      '31 9 / /sys/fs/cgroup/memory rw cgroup rw,memory',
      '32 9 / /sys/fs/cgroup/memory rw cgroup rw,memory',
    );
    expect([30, 31, 32].map((id) => isCovered(mounts, id))).toEqual([false, true, false]);
  });

  test('a table that leads in a circle ends', () => {
    const mounts = table('1 2 / / rw ext4 rw', '2 1 / / rw ext4 rw');
    expect(() => new MountTree(mounts).over('/sys/fs/cgroup')).not.toThrow();
  });
});

describe('where a group is seen', () => {
  const part = '40 34 /outer /sys/fs/cgroup/memory rw cgroup rw,memory';

  test('the path less the root of the mount, each level with its own path', () => {
    expect(place(table(...machine, memory, part), '/outer/inner')).toMatchObject({
      mount: { mountPoint: '/sys/fs/cgroup/memory', root: '/outer' },
      levels: [
        { folder: '/sys/fs/cgroup/memory', path: '/outer' },
        { folder: '/sys/fs/cgroup/memory/inner', path: '/outer/inner' },
      ],
    });
  });

  test.each(['/other', '/outerspace', '/', '/../outer', '/outer/gone (deleted)'])(
    '%s is not below /outer, and nothing is guessed',
    (path) => {
      expect(place(table(...machine, memory, part), path)).toEqual({
        notVisible: `${path} is not below /outer, the part of memory at /sys/fs/cgroup/memory`,
        mount: expect.objectContaining({ root: '/outer' }),
      });
    },
  );

  test('a hierarchy that is covered whole, or is not mounted, has a reason', () => {
    const covered = table(...machine, memory, '40 30 / /sys/fs/cgroup rw tmpfs rw');
    expect(place(covered, '/')).toEqual({
      notVisible: 'the mount of memory at /sys/fs/cgroup/memory is covered by tmpfs at /sys/fs/cgroup',
    });
    expect(place(table(...machine), '/')).toEqual({ notVisible: 'memory is not mounted' });
  });

  test('of a hierarchy in which the process is not there is nothing to say', () => {
    expect(place(table(...machine, memory), '/', 'pids')).toBeUndefined();
    expect(place(table(...machine, memory), '/', cgroup2)).toBeUndefined();
  });
});

describe('what runc takes: the first mount in the table', () => {
  test.each<[string, readonly string[], string]>([
    ['the only one', [memory], 'memory /sys/fs/cgroup/memory seen found'],
    [
      'a covered one, when its own part of the hierarchy is another',
      [memory, '40 34 /a /sys/fs/cgroup/memory rw cgroup rw,memory'],
      'memory /sys/fs/cgroup/memory covered lost',
    ],
    [
      'a covered one, when the cover shows the same part',
      [memory, '40 34 / /sys/fs/cgroup/memory ro cgroup rw,memory'],
      'memory /sys/fs/cgroup/memory covered found',
    ],
    [
      'a covered part, when the root lies over it',
      ['34 30 /a /sys/fs/cgroup/memory rw cgroup rw,memory', '40 34 / /sys/fs/cgroup/memory rw cgroup rw,memory'],
      'memory /sys/fs/cgroup/memory covered lost',
    ],
    ['the whole at another place', ['20 1 / /mnt/again rw cgroup rw,memory', memory], 'memory /mnt/again seen found'],
    [
      'a part at another place, in which containers are not',
      ['20 1 /a /mnt/again rw cgroup rw,memory', memory],
      'memory /mnt/again seen lost',
    ],
    [
      'one below a folder that is covered',
      [memory, '40 30 / /sys/fs/cgroup rw tmpfs rw'],
      'memory /sys/fs/cgroup/memory covered lost',
    ],
    [
      'two controllers in one hierarchy',
      ['34 30 / /sys/fs/cgroup/cpu,cpuacct rw cgroup rw,cpu,cpuacct'],
      'cpu,cpuacct /sys/fs/cgroup/cpu,cpuacct seen found',
    ],
  ])('%s', (_what, lines, expected) => {
    expect(runc(...lines)).toEqual([expected]);
  });

  test('a tree of version 2 is none of its own', () => {
    expect(runc('34 30 / /sys/fs/cgroup/unified rw cgroup2 rw')).toEqual([]);
  });
});

test('every recorded machine is read as the table beside the recordings says, which the helper is held to as well', () => {
  const file = join(__dirname, '../../fixtures/machines/cgroup-mounts.tsv');
  const expected = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const read = machineNames('machines').flatMap((name) => {
    const { files } = readMachine('machines', name);
    const shown = cgroupTable(parseMountinfo(files['/proc/self/mountinfo'] ?? ''));
    const memberships = parseMemberships(files['/proc/self/cgroup'] ?? '');
    return memberships.map(({ controllers }) => {
      const hierarchy = controllers[0] ?? cgroup2;
      const found = placeOf(shown, memberships, hierarchy);
      const { mountPoint = '-', root = '-', readOnly } = found?.mount ?? {};
      const mode = readOnly === undefined ? '-' : readOnly ? 'ro' : 'rw';
      const own =
        found !== undefined && 'levels' in found
          ? (found.levels.at(-1)?.folder ?? '').slice(mountPoint.length) || '/'
          : '-';
      const first = shown.runc.find((one) => one.controllers.includes(hierarchy))?.taken;
      const isCovered = first === undefined ? hierarchy === cgroup2 && coveredFirst(files) : 'cover' in first;
      return [name, controllers.join() || 'v2', mountPoint, root, mode, own, isCovered ? 'yes' : 'no'].join('\t');
    });
  });
  expect(read.toSorted()).toEqual(expected.toSorted());
});

/** Whether the first mount of the v2 tree is covered: runc reads no table there. */
function coveredFirst(files: Readonly<Record<string, string>>): boolean {
  const mounts = parseMountinfo(files['/proc/self/mountinfo'] ?? '');
  const first = mounts.find(({ fsType }) => fsType === 'cgroup2');
  return first !== undefined && new MountTree(mounts).isCovered(first);
}
