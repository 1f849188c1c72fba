import { afterEach, expect, test } from 'vitest';
import { capabilityNames } from '../../../src/host/capabilities';
import { ownProcessOf, readOwnProcess } from '../../../src/host/ownProcess';
import { statusFields } from '../../../src/host/processStatus';
import { isUnreadable } from '../../../src/host/readResult';
import { makeTree, removeTree } from './tree';

const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));
function tree(files: Record<string, string>): string {
  const top = makeTree(files);
  trees.push(top);
  return top;
}

const status = [
  'Name:\tnode',
  'Umask:\t0022',
  'State:\tR (running)',
  'Pid:\t4242',
  'Uid:\t1000\t1001\t1001\t1001',
  'Gid:\t100\t101\t101\t101',
  'Groups:\t27 101 998 ',
  'CapInh:\t0000000000000000',
  'CapEff:\t00000000a80425fb',
  'NoNewPrivs:\t1',
  '',
].join('\n');

test('the effective ids, the groups it has, and what it may', async () => {
  const process = await readOwnProcess(tree({ '/proc/self/status': status }));
  expect(process).toEqual({
    pid: 4242,
    uid: 1001,
    gid: 101,
    groups: [27, 101, 998],
    noNewPrivileges: true,
    capabilities: 0xa80425fbn,
  });
});

test('the capabilities of an unprivileged container are told apart', () => {
  const process = ownProcessOf(statusFields(status));
  if (process === undefined) throw new Error('not parsed');
  const names = capabilityNames(process.capabilities);
  expect(names).toContain('CHOWN');
  expect(names).toContain('MKNOD');
  expect(names).not.toContain('NET_ADMIN');
  expect(names).not.toContain('SYS_ADMIN');
});

test('bits beyond 2^53 are kept', () => {
  expect(ownProcessOf(statusFields(status.replace('00000000a80425fb', 'ffffffffffffffff')))?.capabilities).toBe(
    2n ** 64n - 1n,
  );
});

test('no groups, and a kernel without NoNewPrivs', () => {
  const process = ownProcessOf(statusFields(status.replace('27 101 998 ', '').replace(/NoNewPrivs.*/u, '')));
  expect(process).toMatchObject({ groups: [], noNewPrivileges: undefined });
});

test.each([
  ['an empty file', ''],
  ['half a file', 'Pid:\t1\n'],
  ['ids that are no numbers', status.replace(/Uid.*/u, 'Uid:\tx\ty')],
  ['one id only', status.replace(/Gid.*/u, 'Gid:\t100')],
  ['capabilities that are no number', status.replace('a80425fb', 'xyz')],
])('%s is no status', async (_what, text) => {
  expect(await readOwnProcess(tree({ '/proc/self/status': text }))).toEqual({
    unreadable: '/proc/self/status: not a process status',
  });
});

test('a missing file is a fact too', async () => {
  expect(await readOwnProcess(tree({}))).toEqual({ unreadable: '/proc/self/status: ENOENT' });
});

test('this very process', async () => {
  const own = await readOwnProcess();
  if (isUnreadable(own)) throw new Error(own.unreadable);
  expect(own.pid).toBe(process.pid);
  expect(own.uid).toBe(process.geteuid?.());
  // getgroups() adds the effective group where the kernel's list lacks it.
  expect(process.getgroups?.()).toEqual(expect.arrayContaining([...own.groups]));
});
