import { cpSync, mkdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { extract } from 'tar-stream';
import { archiveOf, ensureImage, tagOf } from '../../../src/limits/image';
import { commands, findTools, type Tools } from '../../../src/limits/tools';
import { makeTree, removeTree } from '../host/tree';
import { FakeEngine, refusal, reset } from './fakeEngine';

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

test('a file that cannot be read is named', async () => {
  top = makeTree({ '/bin/busybox/file': 'x' });
  expect(await findTools(top)).toEqual({
    ok: false,
    message: expect.stringMatching(/^No workload .*: \/bin\/busybox cannot be read \(EISDIR\)\. Install/),
  });
});

describe('the image in the engine', () => {
  const made: Tools = { files: [{ path: 'bin/sh', bytes: Buffer.from('x') }], architecture: 'x86_64', from: 'a test' };
  const ensure = async (engine: FakeEngine) =>
    ensureImage(engine, 'x86_64', undefined, async () => Promise.resolve({ ok: true, tools: made }));
  const day = 24 * 3600 * 1000;
  const listed = (...ages: number[]) =>
    ages.map((days) => ({ name: `dind-station/limits:${String(days)}`, created: Date.now() - days * day }));

  test('one that a container uses is kept, and the run goes on', async () => {
    const engine = new FakeEngine();
    engine.imagesOf.mockResolvedValue(listed(30, 40));
    engine.removeImage.mockRejectedValueOnce(refusal(409, 'conflict: a container is using its referenced image'));
    expect(await ensure(engine)).toMatchObject({ ok: true });
    expect(engine.removeImage.mock.calls.flat()).toEqual(['dind-station/limits:30', 'dind-station/limits:40']);
  });

  test('what an engine says else when it should forget an image is not lost', async () => {
    const engine = new FakeEngine();
    engine.imagesOf.mockResolvedValue(listed(30));
    engine.removeImage.mockRejectedValueOnce(reset());
    await expect(ensure(engine)).rejects.toThrow('ECONNRESET');
  });

  test('a young one of other contents is of a machine with other programs, and stays', async () => {
    const engine = new FakeEngine();
    engine.imagesOf.mockResolvedValue([
      ...listed(0, 6, 8),
      { name: `dind-station/limits:${tagOf(made)}`, created: 0 },
      { name: 'mine:latest', created: 0 },
    ]);
    await ensure(engine);
    expect(engine.removeImage.mock.calls.flat()).toEqual(['dind-station/limits:8']);
  });

  test('one that the engine did not take is a sentence, a broken connection is an error', async () => {
    const engine = new FakeEngine();
    engine.imageId.mockResolvedValue(undefined);
    engine.importImage.mockRejectedValueOnce(refusal(500, 'no space left on device'));
    expect(await ensure(engine)).toEqual({
      ok: false,
      message: 'The engine did not take the image: no space left on device.',
      refused: 'no space left on device',
    });
    engine.importImage.mockRejectedValueOnce(reset());
    await expect(ensure(engine)).rejects.toThrow('ECONNRESET');
  });
});
