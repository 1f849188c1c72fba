import { afterEach, describe, expect, test } from 'vitest';
import { readContainerdLife } from '../../../src/host/containerdLife';
import { makeTree, removeTree } from './tree';

const socket = '/var/run/docker.sock';
const own = '/var/run/docker/containerd/containerd.sock';

const tops: string[] = [];
afterEach(() => tops.splice(0).forEach(removeTree));

/** A line of /proc/net/unix for a socket that somebody listens at, and one for a connection through it. */
const listens = (path: string, inode: number): string =>
  `0000000000000000: 00000002 00000000 00010000 0001 01 ${String(inode)} ${path}\n` + connected(path);
const connected = (path: string): string => `0000000000000000: 00000003 00000000 00000000 0001 03 999 ${path}\n`;

/** A machine with a process 70, and what listens in its network namespace. */
function machine(argv: readonly string[], unix: string, more: Readonly<Record<string, string>> = {}): string {
  const cmdline = argv.map((word) => `${word}\0`).join('');
  const head = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
  const top = makeTree({ 'proc/70/cmdline': cmdline, 'proc/70/net/unix': head + unix, 'var/run': '->/run', ...more });
  tops.push(top);
  return top;
}
const life = (...parts: Parameters<typeof machine>) => readContainerdLife(70, socket, machine(...parts));

describe('the containerd of a daemon', () => {
  const flag = `--containerd=${own}`;

  test('is alive when somebody listens where the daemon was told, and is told from another at that place', async () => {
    expect(await life(['dockerd', flag], listens(socket, 1) + listens(own, 2))).toEqual({ alive: true, inode: '2' });
    expect(await life(['/usr/bin/dockerd', flag], listens(socket, 1) + listens(own, 3))).toEqual({
      alive: true,
      inode: '3',
    });
  });

  test('is dead when nobody does, though connections to it are still listed, and another containerd lives', async () => {
    const unix = listens(socket, 1) + connected(own) + listens('/run/containerd/containerd.sock', 5);
    expect(await life(['dockerd', '--containerd', own], unix)).toEqual({ alive: false, address: own });
  });

  test('may be written with or without the link /var/run', async () => {
    const real = own.replace('/var/run', '/run');
    const unix = listens('/run/docker.sock', 1) + listens(own, 2);
    expect(await life(['dockerd', `--containerd=${real}`], unix)).toMatchObject({ alive: true });
    const other = listens(socket, 1) + listens(real, 2);
    expect(await life(['dockerd', `--containerd=${own}`], other)).toMatchObject({ alive: true });
  });

  test('without the flag is where daemon.json says, its own, or that of the system', async () => {
    const configured = { 'etc/docker/daemon.json': '{"containerd": "/srv/c.sock"}' };
    expect(await life(['dockerd'], listens(socket, 1) + listens('/srv/c.sock', 4), configured)).toMatchObject({
      inode: '4',
    });
    expect(await life(['dockerd'], listens(socket, 1), configured)).toEqual({ alive: false, address: '/srv/c.sock' });
    expect(await life(['dockerd'], listens(socket, 1))).toEqual({ alive: false, address: own });
    for (const path of [own, '/run/containerd/containerd.sock'])
      expect(await life(['dockerd'], listens(socket, 1) + listens(path, 6))).toMatchObject({ inode: '6' });
  });

  test('of another folder, and another configuration file', async () => {
    const [path, file] = ['/srv/run/containerd/containerd.sock', { 'srv/d.json': '{"exec-root": "/srv/run"}' }];
    const unix = listens(socket, 1) + listens(path, 7);
    expect(await life(['dockerd', '--exec-root=/srv/run'], unix)).toMatchObject({ alive: true });
    expect(await life(['dockerd', '--config-file', '/srv/d.json'], unix, file)).toMatchObject({ alive: true });
    const broken = { 'etc/docker/daemon.json': '{' };
    expect(await life(['dockerd'], listens(socket, 1) + listens(own, 8), broken)).toMatchObject({ alive: true });
  });

  test('is not known of a process that is no daemon, is not the one that listens, or cannot be seen', async () => {
    expect(await life(['sh', 'dockerd'], listens(socket, 1))).toBeUndefined();
    expect(await life(['dockerd', flag], listens('/srv/docker.sock', 1))).toBeUndefined();
    expect(await readContainerdLife(71, socket, machine(['dockerd'], listens(socket, 1)))).toBeUndefined();
  });
});
