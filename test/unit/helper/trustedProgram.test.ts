import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkTrust, trustedProgram, type Trust } from '../../../src/helper/trust';
import { startChild, type ChildOptions } from '../../../src/util/child';

let folder: string;
const uid = process.geteuid?.() ?? 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trust-'));
  mkdirSync(join(folder, 'installed'));
  writeFileSync(join(folder, 'installed/dind-helper'), '', { mode: 0o755 });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function judged(): Promise<Trust & { status: 'trusted' }> {
  const trust = await checkTrust({
    installedFolder: join(folder, 'installed'),
    trustedFrom: join(folder, 'installed'),
    trustedUid: uid,
  });
  if (trust.status !== 'trusted') throw new Error(JSON.stringify(trust));
  return trust;
}

test('a program of a judged folder keeps the path it was asked by, also through a link', async () => {
  symlinkSync('installed', join(folder, 'link'));
  const trust = await judged();
  expect(await trustedProgram(join(folder, 'installed/dind-helper'), trust)).toBe(
    join(folder, 'installed/dind-helper'),
  );
  expect(await trustedProgram(join(folder, 'link/dind-helper'), trust)).toBe(join(folder, 'link/dind-helper'));
});

test('a program of another folder is not trusted with it', async () => {
  const trust = await judged();
  await expect(trustedProgram(join(folder, 'dind-helper'), trust)).rejects.toThrow('is not in');
});

test('the compiler refuses a path that nobody judged', () => {
  // Never called: what counts is that each line is an error of types, or else the comment above it is one.
  const unjudged = (options: ChildOptions): void => {
    // @ts-expect-error a plain string is no program that may be started
    startChild({ program: '/usr/local/lib/dind-station/dind-helper', args: ['start'], prefix: [] }, options);
    // @ts-expect-error a judgement cannot be made up
    void trustedProgram('/home/someone/dind-helper', { status: 'trusted', folder: '/home/someone' });
  };
  expect(unjudged).toBeTypeOf('function');
});
