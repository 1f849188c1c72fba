import { cpSync, mkdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { extract } from 'tar-stream';
import { archiveOf, tagOf } from '../../../src/limits/image';
import { commands, findTools, type Tools } from '../../../src/limits/tools';
import { makeTree, removeTree } from '../machine/tree';

let top = '';
afterEach(() => removeTree(top));

async function toolsOf(root?: string): Promise<Tools> {
  const found = await findTools(root);
  if (!found.ok) throw new Error(found.message);
  return found.tools;
}

async function bytesOf(tools: Tools): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of archiveOf(tools.files)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function namesOf(bytes: Buffer): Promise<string[]> {
  const reader = extract();
  const names: string[] = [];
  reader.end(bytes);
  for await (const entry of reader) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names;
}

test('the same programs make the same archive and the same tag', async () => {
  const [one, two] = [await toolsOf(), await toolsOf()];
  expect(tagOf(one)).toBe(tagOf(two));
  expect((await bytesOf(one)).equals(await bytesOf(two))).toBe(true);
  const other = {
    ...one,
    files: one.files.map((file) => ('bytes' in file ? { ...file, bytes: Buffer.from('x') } : file)),
  };
  expect(tagOf(other)).not.toBe(tagOf(one));
});

test('a static busybox serves for every command', async () => {
  const names = await namesOf(await bytesOf(await toolsOf()));
  expect(names).toEqual(expect.arrayContaining(commands.map((name) => `bin/${name}`)));
});

describe('without busybox', () => {
  test('each program comes with its loader and libraries, found in a tree and never run', async () => {
    top = makeTree({ '/etc/empty': '' });
    for (const folder of ['bin', 'usr/bin', 'lib', 'lib64', 'usr/lib/x86_64-linux-gnu'])
      mkdirSync(`${top}/${folder}`, { recursive: true });
    for (const name of commands) cpSync(`/bin/${name}`, `${top}/bin/${name}`, { dereference: true });
    cpSync('/lib64/ld-linux-x86-64.so.2', `${top}/lib64/ld-linux-x86-64.so.2`, { dereference: true });
    cpSync('/lib/x86_64-linux-gnu/libc.so.6', `${top}/usr/lib/x86_64-linux-gnu/libc.so.6`, { dereference: true });
    cpSync('/lib/x86_64-linux-gnu/libselinux.so.1', `${top}/usr/lib/x86_64-linux-gnu/libselinux.so.1`, {
      dereference: true,
    });
    cpSync('/lib/x86_64-linux-gnu/libpcre2-8.so.0', `${top}/usr/lib/x86_64-linux-gnu/libpcre2-8.so.0`, {
      dereference: true,
    });
    const names = await namesOf(await bytesOf(await toolsOf(top)));
    expect(names).toEqual(
      expect.arrayContaining(['bin/sh', 'bin/dd', 'lib64/ld-linux-x86-64.so.2', 'usr/lib/x86_64-linux-gnu/libc.so.6']),
    );
  });

  test('a machine without the programs is told which one is missing, and what to do', async () => {
    top = makeTree({ '/bin/other': 'x' });
    expect(await findTools(top)).toEqual({
      ok: false,
      message: expect.stringMatching(/sh is in none of .*Install busybox-static, or name an image/),
    });
  });
});
