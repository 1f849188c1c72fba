import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientFiles, currentContext } from '../../../src/engine/dockerConfig';
import { loadTls } from '../../../src/engine/connection';
import { readHelperFile } from '../../../src/helper/stateFile';
import { readRegularFile, readRegularFileSync } from '../../../src/util/regularFile';
import { helperFile } from '../engine/words';

let folder = '';
let writers: ChildProcess[] = [];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dind-station-test-'))));
afterEach(() => {
  for (const writer of writers) writer.kill('SIGKILL');
  writers = [];
  rmSync(folder, { recursive: true });
});

/** A FIFO. Whoever waits for its writer after all is let go after a while, with a text that it must not believe. */
function fifo(name: string, text: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  writers.push(spawn('sh', ['-c', 'sleep 1; printf %s "$1" >"$0"', path, text], { stdio: 'ignore' }));
  return path;
}

test('a FIFO is refused at once, and read by nobody', async () => {
  const path = fifo('fifo', 'text');
  expect(() => readRegularFileSync(path)).toThrow(/is no regular file/u);
  await expect(readRegularFile(path)).rejects.toThrow(/is no regular file/u);
});

test('a device without end is refused', async () => {
  expect(() => readRegularFileSync('/dev/zero')).toThrow(/is no regular file/u);
  await expect(readRegularFile('/dev/zero')).rejects.toMatchObject({ code: 'EINVAL' });
});

test('a file is read, a folder and nothing fail as ever', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'text ä');
  expect(readRegularFileSync(path)).toBe('text ä');
  expect(await readRegularFile(path)).toBe('text ä');
  expect(() => readRegularFileSync(folder)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  expect(() => readRegularFileSync(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test("a FIFO in the place of docker's configuration is passed over", () => {
  mkdirSync(join(folder, '.docker'));
  fifo('.docker/config.json', '{"currentContext":"elsewhere"}');
  const found = currentContext(clientFiles({ HOME: folder }));
  expect(found.name).toBe('');
  expect(found.warning).toMatch(/config\.json cannot be used.*is no regular file/u);
});

test('so is one in the place of a TLS file, and of what the helper says', async () => {
  expect(await loadTls({ ca: fifo('ca.pem', 'CA'), verify: true })).toMatchObject({ ok: false });
  const path = fifo('state.json', JSON.stringify(helperFile));
  expect(readHelperFile(path, () => true)).toBeUndefined();
});
