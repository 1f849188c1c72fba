import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { doubtSince, refusedSince } from '../../../src/app/doubtSince';
import { ownEndpoint } from '../vscode/states';

const noon = Date.parse('2026-03-04T12:00:00Z');
const line = (time: string, message: string): string =>
  `time="2026-03-04T${time}Z" level=error msg=${JSON.stringify(message)}`;
const start = 'Handler for POST /v1.41/containers/web/start returned error: ';

test('the last container that did not start after one had run is told in the words of the engine', () => {
  const log = [
    line('11:59:00', `${start}before the proof`),
    line('12:01:00', `${start}OCI runtime create failed: the moon is full: unknown`),
    line('12:02:00', 'Handler for POST /v1.41/containers/create returned error: the tide is out'),
  ];
  expect(refusedSince(log.slice(0, 1), noon)).toBeUndefined();
  expect(refusedSince(log.slice(0, 2), noon)).toBe('OCI runtime create failed: the moon is full: unknown');
  expect(refusedSince(log, noon)).toBe('the tide is out');
});

test('what a client cannot have, and what is not about a container, is no reason for doubt', () => {
  const log = [
    line('12:01:00', 'Handler for POST /v1.41/containers/create returned error: No such image: nosuch:1'),
    line('12:02:00', `${start}Conflict. The container name is taken`),
    line('12:03:00', 'Handler for POST /v1.41/images/create returned error: the moon is full'),
    line('12:04:00', 'the moon is full'),
  ];
  expect(log.flatMap((one) => refusedSince([one], noon) ?? [])).toEqual([]);
});

test('a program that each container needs and that is gone puts the proof in doubt, one that never was there does not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'dind-station-doubt-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'usr/bin');
  mkdirSync(folder, { recursive: true });
  const dated = (name: string, mode: number): void => {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), mode);
  };
  const doubt = (changed: number): ReturnType<typeof doubtSince> => {
    utimesSync(folder, changed / 1000, changed / 1000);
    return doubtSince(ownEndpoint, {}, noon, root);
  };
  dated('containerd-shim-runc-v2', 0o755);
  dated('runc', 0o644);
  expect(await doubt(noon - 1000)).toBeUndefined();
  expect(await doubt(noon + 1000)).toBe(
    'runc is not where the daemon looks for it, and something there has changed since a container ran.',
  );
  chmodSync(join(folder, 'runc'), 0o755);
  expect(await doubt(noon + 1000)).toBeUndefined();
});
