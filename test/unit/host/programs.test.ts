import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookInDaemonPath } from '../../../src/host/programs';
import { makeTree, removeTree } from './tree';

let top: string;
beforeEach(() => {
  top = makeTree({ 'usr/sbin/runc': 'x', 'usr/bin/runc': 'x', 'usr/bin/folder/x': 'x' });
});
afterEach(() => removeTree(top));

const mode = (path: string, bits: number) => chmodSync(join(top, path), bits);

test('the first that can be executed is found, behind one that cannot', async () => {
  mode('usr/bin/runc', 0o755);
  mode('usr/sbin/runc', 0o644);
  expect(await lookInDaemonPath(top, 'runc')).toEqual({ found: '/usr/bin/runc' });
});

test('where nobody can execute it, the file and its mode are told', async () => {
  mode('usr/bin/runc', 0o600);
  mode('usr/sbin/runc', 0o644);
  expect(await lookInDaemonPath(top, 'runc')).toEqual({ closed: { path: '/usr/sbin/runc', mode: '644' } });
});

test.runIf(process.geteuid?.() === 0)('a file that root alone may execute is found by any user', async () => {
  mode('usr/sbin/runc', 0o644);
  mode('usr/bin/runc', 0o700);
  chmodSync(top, 0o755);
  process.seteuid?.(65_534);
  try {
    expect(await lookInDaemonPath(top, 'runc')).toEqual({ found: '/usr/bin/runc' });
  } finally {
    process.seteuid?.(0);
  }
});

test('a folder of that name is no program, and what is not there is neither', async () => {
  expect(await lookInDaemonPath(top, 'folder')).toEqual({});
  expect(await lookInDaemonPath(top, 'dockerd')).toEqual({});
});
