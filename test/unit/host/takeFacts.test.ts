import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { valueOf } from '../../../src/host/facts/fact';
import type { Facts } from '../../../src/host/facts/facts';
import type { CgroupFacts } from '../../../src/host/facts/cgroup';
import { isUnreadable } from '../../../src/host/readResult';
import { takeFacts } from '../../../src/host/takeFacts';
import { factsOf, machineNames, readMachine } from '../../fixtures/machine';
import { makeTree, removeTree } from './tree';

let root = '/nonexistent';
beforeEach(() => (root = makeTree({})));
afterEach(() => removeTree(root));

const machine = (name: string): Promise<Facts> => factsOf(readMachine('machines', name));

/** Those of cgroup v1 that also see the machine's v2 tree. */
const hybrid = new Set(['A-host', 'A-priv-hostcgroup', 'A-rootless', 'A-co-mounted']);

test.each(machineNames('machines'))('recorded machine %s is read, and its facts are plain JSON', async (name) => {
  const facts = await machine(name);
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  for (const slice of ['identity', 'capabilities', 'userNamespace', 'cgroup', 'mounts', 'network', 'kernel'] as const) {
    expect(facts[slice], slice).toHaveProperty('value');
  }
  const cgroup = valueOf(facts.cgroup);
  const v1 = hybrid.has(name) ? 'hybrid' : 'v1';
  expect(cgroup?.version).toBe(name.startsWith('A-') ? v1 : 'v2');
});

test('a folder that is no machine gives reasons, and nothing throws', async () => {
  const facts = await takeFacts({ root, clients: [{ name: 'this program', env: {}, homedir: '/root' }] });
  expect(facts.cgroup).toEqual({ unreadable: '/proc/self/mountinfo: ENOENT' });
  expect(facts.identity).toEqual({ unreadable: '/proc/self/status: ENOENT' });
  expect(facts.processes).toEqual({ unreadable: '/proc: ENOENT' });
  expect(facts.daemonLog).toEqual({ unreadable: '/var/log/dockerd.log: ENOENT' });
  expect(facts.root).toEqual({ unreadable: 'the helper was not asked' });
  expect(valueOf(facts.daemonConfig)?.file).toEqual({ state: 'absent', path: '/etc/docker/daemon.json' });
});

test('a FIFO where a file should be holds nobody up', async () => {
  for (const path of ['/etc/docker/daemon.json', '/var/run/docker.pid', '/root/.docker/config.json']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    execFileSync('mkfifo', [join(root, path)]);
  }
  const facts = await takeFacts({ root, clients: [{ name: 'this program', env: {}, homedir: '/root' }] });
  expect(valueOf(facts.daemonConfig)?.file).toMatchObject({ state: 'not-a-file', kind: 'other' });
  expect(valueOf(facts.pidFiles)?.[0]).toMatchObject({ state: 'read', content: '' });
  expect(valueOf(facts.endpoint)?.cliConfig.state).toBe('invalid');
});

test('ten thousand mounts and a log of a gigabyte cost neither size nor memory', async () => {
  const mounts = Array.from(
    { length: 10_000 },
    (_one, index) => `${index + 100} 25 0:${index} / /var/lib/docker/overlay2/${index}/merged rw - overlay overlay rw`,
  );
  const files = {
    '/proc/self/mountinfo': ['25 1 8:1 / / rw shared:1 - ext4 /dev/sda rw', ...mounts, ''].join('\n'),
    '/proc/self/cgroup': '0::/\n',
    '/var/log/dockerd.log': '',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const log = join(root, '/var/log/dockerd.log');
  truncateSync(log, 1_000_000_000);
  writeFileSync(log, '\ntime="x" level=info msg="Starting up"\nfailed to start daemon: the end\n', { flag: 'a' });
  const before = process.memoryUsage().rss;
  const facts = await takeFacts({ root, clients: [{ name: 'this program', env: {}, homedir: '/root' }] });
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  expect(valueOf(facts.mounts)?.count).toBe(10_001);
  expect(valueOf(facts.daemonLog)).toMatchObject({
    readBytes: 262_144,
    startFound: true,
    errors: ['failed to start daemon: the end'],
  });
  expect(JSON.stringify(facts).length).toBeLessThan(200_000);
});

test('the nested station of cgroup v2 shows its delegation', async () => {
  const [naive, nested] = await Promise.all([machine('B-priv-private-naive'), machine('B-priv-private-nested')]);
  const top = (facts: Facts): unknown => valueOf(facts.cgroup)?.levels[0];
  expect(top(naive)).toMatchObject({ folder: '/sys/fs/cgroup', delegated: expect.not.arrayContaining(['memory']) });
  expect(top(nested)).toMatchObject({
    controllers: ['cpu', 'io', 'memory', 'pids'],
    delegated: ['cpu', 'io', 'memory', 'pids'],
    processCount: 0,
    populated: true,
  });
  expect(valueOf(nested.cgroup)?.namespace.kind).toBe('private');
});

test('a read-only control group mount is told from one that was remounted', async () => {
  const readOnly = async (name: string): Promise<unknown> =>
    valueOf((await machine(name)).cgroup)?.mounts.every((mount) => mount.readOnly);
  expect(await readOnly('A-caps-ro')).toBe(true);
  expect(await readOnly('B-caps-ro')).toBe(true);
  expect(await readOnly('A-caps-remount')).toBe(false);
});

test('an unprivileged container, one in a user namespace, and a privileged one differ by capabilities and map', async () => {
  const [plain, userns, privileged] = await Promise.all(
    ['A-unpriv', 'A-userns-caps', 'A-priv-cgroupns-private'].map(machine),
  );
  const has = (facts: Facts | undefined): unknown =>
    facts && valueOf(facts.capabilities)?.own.effective.includes('SYS_ADMIN');
  expect([has(plain), has(userns), has(privileged)]).toEqual([false, true, true]);
  const initial = [plain, userns, privileged].map((facts) => facts && valueOf(facts.userNamespace)?.initial);
  expect(initial).toEqual([true, false, true]);
});

test('limits of the outer container are the effective ones, with the level that sets them', async () => {
  const effective = valueOf((await machine('A-priv-limits')).cgroup)?.effective;
  expect(effective).toMatchObject({
    memoryBytes: { value: expect.any(Number), folder: '/sys/fs/cgroup/memory' },
    cpus: { value: expect.any(Number), folder: '/sys/fs/cgroup/cpu' },
  });
  expect(valueOf((await machine('B-priv-limits-nested')).cgroup)?.effective.memoryBytes.value).toEqual(
    expect.any(Number),
  );
});

test.each([
  // Which of the mounts runc takes, and whether docker run succeeded when the machine was recorded.
  ['A-covered', false, undefined],
  ['A-covered-daemon-apart', true, undefined],
  ['A-foreign-bind', false, '/outer/inner is not below /outer/foreign, the part of memory at /sys/fs/cgroup/memory'],
  ['A-two-places', true, undefined],
  ['A-behind-links', true, undefined],
  // It fails for another reason, which is not runc's choice.
  ['A-read-only-cover', true, undefined],
])('%s: runc finds the groups of containers: %s', async (name, found, notVisible) => {
  const cgroup = valueOf((await machine(name)).cgroup);
  const containerd = cgroup?.daemons?.find(({ comm }) => comm === 'containerd')?.table;
  const runc = containerd === 'same' ? cgroup?.runc : (containerd as { runc: CgroupFacts['runc'] }).runc;
  expect(runc?.length).toBeGreaterThan(5);
  expect(runc?.filter((mount) => !mount.found).map(({ controllers }) => controllers)).toEqual(
    found ? [] : [['memory']],
  );
  expect(containerd === 'same').toBe(name !== 'A-covered-daemon-apart');
  expect(cgroup?.notVisible?.['memory']).toBe(notVisible);
  expect(cgroup?.effective.memoryBytes.value).toBe(notVisible === undefined ? 'max' : 'unknown');
  expect(cgroup?.effective.pids.value).toBe('max');
});

test('facts of the machine that runs this test: each slice is there or says why not', async () => {
  const facts = await takeFacts();
  const { schema, takenAt, tookMs, ...slices } = facts;
  expect(schema).toBe(1);
  expect(Date.parse(takenAt)).toBeGreaterThan(0);
  expect(tookMs).toBeGreaterThan(0);
  for (const [name, fact] of Object.entries(slices)) {
    if (isUnreadable(fact)) expect(fact.unreadable, name).not.toBe('');
    else expect(fact, name).toHaveProperty('value');
  }
  const own = valueOf(facts.processes);
  expect(own?.count).toBeGreaterThan(1);
  expect(own?.init?.pid).toBe(1);
});

test("what the helper's containerd keeps is looked for in the data root, on the mount that is there", async () => {
  removeTree(root);
  root = makeTree({
    'proc/self/mountinfo':
      '20 1 0:1 / / rw - overlay overlay rw\n30 20 0:2 / /var/lib/docker/containerd rw - ext4 /dev/vdb rw\n',
    'proc/stat': 'btime 1700000000\n',
    'proc/90/stat': `90 (containerd) S ${'1 '.repeat(48)}`,
    'proc/90/status': 'Uid:\t0\t0\t0\t0\nNSpid:\t90\n',
    'proc/90/cmdline': 'containerd\0--config\0/run/dind-station/containerd.toml\0',
    // The data root is closed to others than root: what is in it cannot be seen.
    'var/lib/docker/there': '',
  });
  const facts = await takeFacts({ root, clients: [{ name: 'this program', env: {}, homedir: '/root' }] });
  expect(valueOf(facts.storage)?.roots.find(({ role }) => role === 'containerd')).toMatchObject({
    ...{ path: '/var/lib/docker/containerd/daemon', mountPoint: '/var/lib/docker/containerd', fsType: 'ext4' },
    space: { unreadable: expect.stringContaining('/var/lib/docker/containerd/daemon') as string },
  });
});
