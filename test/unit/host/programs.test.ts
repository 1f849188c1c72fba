import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
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

test.runIf(process.geteuid?.() === 0)('a file that root alone may execute is found by any user', () => {
  mode('usr/sbin/runc', 0o644);
  mode('usr/bin/runc', 0o700);
  chmodSync(top, 0o755);
  const program = join(top, 'look.mjs');
  buildSync({
    stdin: {
      contents: `import { lookInDaemonPath } from './src/host/programs';
        console.log(JSON.stringify(await lookInDaemonPath(process.argv[2], 'runc')));`,
      resolveDir: join(import.meta.dirname, '../../..'),
      loader: 'ts',
    },
    ...{ outfile: program, bundle: true, platform: 'node', format: 'esm' },
  });
  const nobody = { uid: 65_534, gid: 65_534, encoding: 'utf8' } as const;
  expect(JSON.parse(execFileSync(process.execPath, [program, top], nobody))).toEqual({ found: '/usr/bin/runc' });
});

test('a folder of that name is no program, and what is not there is neither', async () => {
  expect(await lookInDaemonPath(top, 'folder')).toEqual({});
  expect(await lookInDaemonPath(top, 'dockerd')).toEqual({});
});
