import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { daemonFileChangedAt } from '../../../src/host/daemonFile';

const path = '/etc/docker/daemon.json';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'daemon-file-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const changedAt = async () => Date.parse((await daemonFileChangedAt(root, path)) ?? '');

test('a file that was put in its place counts from then, however old its content is', async () => {
  mkdirSync(join(root, 'etc/docker'), { recursive: true });
  const before = Date.now() - 10;
  writeFileSync(join(root, 'new'), '{}');
  utimesSync(join(root, 'new'), 1, 1);
  renameSync(join(root, 'new'), join(root, path));
  expect(await changedAt()).toBeGreaterThan(before);
});

test('a file that was taken away counts from when its folder changed', async () => {
  mkdirSync(join(root, 'etc/docker'), { recursive: true });
  writeFileSync(join(root, path), '{}');
  renameSync(join(root, path), join(root, 'etc/docker/daemon.json.old'));
  expect(await changedAt()).toBe(statSync(join(root, 'etc/docker')).mtime.getTime());
});

test('nothing is known where neither is there', async () => {
  expect(await daemonFileChangedAt(root, path)).toBeUndefined();
});
