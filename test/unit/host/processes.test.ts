import { expect, test } from 'vitest';
import { readProcesses } from '../../../src/host/processes';
import { parseStat, type ProcessStat } from '../../../src/host/processTable';
import { makeTree, removeTree } from './tree';

function stat(pid: number, ppid: number, comm: string): ProcessStat {
  const parsed = parseStat(`${String(pid)} (${comm}) S ${String(ppid)} ${'0 '.repeat(15)}3 0 500 0 25 0`);
  if (parsed === undefined) throw new Error('not a line of /proc/PID/stat');
  return parsed;
}

async function daemonsOf(table: readonly ProcessStat[], lines: Readonly<Record<number, string>>) {
  const root = makeTree(
    Object.fromEntries(Object.entries(lines).map(([pid, line]) => [`proc/${pid}/cmdline`, line.replaceAll(' ', '\0')])),
  );
  const facts = await readProcesses(table, [], { seconds: 0, uptime: 100 }, root);
  removeTree(root);
  return 'unreadable' in facts ? facts : facts.dockerd.map(({ pid }) => pid);
}

test('a child that dockerd has forked, and that has not yet become its program, is no second daemon', async () => {
  const table = [stat(10, 1, 'dockerd'), stat(11, 10, 'dockerd')];
  expect(await daemonsOf(table, { 10: 'dockerd --debug', 11: 'dockerd --debug' })).toEqual([10]);
});

test('a daemon under a wrapper of its name is one, and so are two beside each other', async () => {
  const table = [stat(10, 1, 'dockerd'), stat(11, 10, 'dockerd'), stat(12, 1, 'dockerd')];
  const lines = { 10: '/bin/sh /usr/local/bin/dockerd', 11: '/usr/bin/dockerd', 12: '/usr/bin/dockerd' };
  expect(await daemonsOf(table, lines)).toEqual([10, 11, 12]);
});
