import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { mountAt, mountsReader, parseMountinfo, readMounts } from '../../../src/host/mounts';
import { isUnreadable } from '../../../src/host/readResult';
import { makeTree, removeTree } from './tree';

let top = '';
afterEach(() => removeTree(top));

const text = `118 70 0:39 / / rw,relatime master:2 - overlay overlay rw,lowerdir=/l/A:/l/B,upperdir=/u,workdir=/w
137 118 0:42 / /proc rw,nosuid - proc proc rw
26 21 0:23 / /sys/fs/cgroup rw,relatime shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate
160 118 0:25 /docker.sock /run/docker.sock rw,nosuid,nodev shared:5 - tmpfs tmpfs rw,size=1624k,mode=755
161 118 254:0 /my\\040data/\\303\\244\\134 /mnt/a\\011b\\012c\\043 ro unbindable - ext4 /dev/disk\\040one rw
162 118 0:50 / /empty rw - tmpfs  rw
163 118 0:51 / /run/docker.sock rw - fuse lxcfs rw
`;

describe('the mounts of a process', () => {
  test('are read with their optional fields', async () => {
    top = makeTree({ '/proc/self/mountinfo': text });
    const mounts = await readMounts(top);
    if (isUnreadable(mounts)) throw new Error(mounts.unreadable);
    expect(mounts).toHaveLength(7);
    expect(mounts[0]).toEqual({
      id: 118,
      parentId: 70,
      device: '0:39',
      root: '/',
      mountPoint: '/',
      options: ['rw', 'relatime'],
      propagation: ['master:2'],
      fsType: 'overlay',
      source: 'overlay',
      superOptions: ['rw', 'lowerdir=/l/A:/l/B', 'upperdir=/u', 'workdir=/w'],
    });
    expect(mounts[1]?.propagation).toEqual([]);
    expect(mounts[2]?.propagation).toEqual(['shared:4', 'master:1']);
  });

  test('octal escapes are undone, bytes of UTF-8 among them', () => {
    expect(parseMountinfo(text)[4]).toMatchObject({
      root: '/my data/ä\\',
      mountPoint: '/mnt/a\tb\nc#',
      source: '/dev/disk one',
      propagation: ['unbindable'],
    });
  });

  test('an empty source is a source', () => {
    expect(parseMountinfo(text)[5]).toMatchObject({ fsType: 'tmpfs', source: '', superOptions: ['rw'] });
  });

  test('the uppermost at a path counts', () => {
    const mounts = parseMountinfo(text);
    expect(mountAt(mounts, '/run/docker.sock')?.fsType).toBe('fuse');
    expect(mountAt(mounts, '/run')).toBeUndefined();
    expect(mountAt(mounts, '/run/docker.sock/')).toBeUndefined();
  });

  test('lines that are no mount are left out', () => {
    expect(parseMountinfo('\nx\n1 2 3:4 / / rw shared:1\na b 0:1 / / rw - t s r\n1 2 0:1 / / rw - t\n')).toEqual([]);
  });

  test('of processes that see the same are one list; of others, another', async () => {
    const other = text.replace('/proc rw', '/proc ro');
    top = makeTree({ '/proc/self/mountinfo': text, '/proc/7/mountinfo': text, '/proc/8/mountinfo': other });
    const read = mountsReader(top);
    const own = await read('self');
    expect(await read(7)).toBe(own);
    expect(await read(8)).not.toEqual(own);
    expect(await read(9)).toEqual({ unreadable: '/proc/9/mountinfo: ENOENT' });
  });

  test('no file', async () => {
    top = makeTree({});
    expect(await readMounts(top)).toEqual({ unreadable: '/proc/self/mountinfo: ENOENT' });
  });

  test('what the kernel escapes comes back, whatever the name', () => {
    // fs/proc_namespace.c escapes these five, by bytes.
    const escape = (name: string): string =>
      name.replace(/[ \t\n\\#]/gu, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
    const name = fc.string({ unit: 'binary', maxLength: 12 }).map((part) => `/${part.replace(/\0/gu, '')}`);
    fc.assert(
      fc.property(name, (path) => parseMountinfo(`1 2 0:1 / ${escape(path)} rw - t s rw`)[0]?.mountPoint === path),
      { numRuns: 300 },
    );
  });
});
