import { chmodSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { PathWatch } from '../../../src/engine/pathWatch';
import { Litter, wait } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

/** A watch, and how often it told something since `heard` was last asked. */
function watching(path: string) {
  let count = 0;
  const log: string[] = [];
  const watch = new PathWatch(
    path,
    () => (count += 1),
    (line) => log.push(line),
  );
  litter.later(() => watch.dispose());
  const heard = async (): Promise<boolean> => {
    await wait(60);
    const told = count > 0;
    count = 0;
    return told;
  };
  return { watch, heard, log };
}

describe('a path that is watched', () => {
  test('tells of its making, its permissions, its replacement and its end', async () => {
    const folder = litter.folder();
    const path = join(folder, 'a');
    const { heard, log } = watching(path);
    expect(await heard()).toBe(false);
    writeFileSync(path, '');
    expect(await heard()).toBe(true);
    chmodSync(path, 0o600);
    expect(await heard()).toBe(true);
    writeFileSync(`${path}.new`, '');
    await heard();
    renameSync(`${path}.new`, path);
    expect(await heard()).toBe(true);
    unlinkSync(path);
    expect(await heard()).toBe(true);
    expect(log).toEqual([]);
  });

  test('tells nothing of its neighbours', async () => {
    const folder = litter.folder();
    const { heard } = watching(join(folder, 'a'));
    writeFileSync(join(folder, 'b'), '');
    writeFileSync(join(folder, 'a.new'), '');
    expect(await heard()).toBe(false);
  });

  test('is found in folders that are made later, step by step', async () => {
    const top = litter.folder();
    const { heard } = watching(join(top, 'x', 'y', 'a'));
    mkdirSync(join(top, 'x'));
    await heard();
    mkdirSync(join(top, 'x', 'y'));
    await heard();
    writeFileSync(join(top, 'x', 'y', 'a'), '');
    expect(await heard()).toBe(true);
  });

  test('is found in folders that are made in one go', async () => {
    const top = litter.folder();
    const path = join(top, 'x', 'y', 'z', 'a');
    const { heard } = watching(path);
    mkdirSync(join(top, 'x', 'y', 'z'), { recursive: true });
    writeFileSync(path, '');
    expect(await heard()).toBe(true);
    chmodSync(path, 0o600);
    expect(await heard()).toBe(true);
  });

  test.each([1, 2])('is found again when its folder was removed and made again: %i above', async (levels) => {
    const top = litter.folder();
    const folder = join(top, 'x', 'y');
    const path = join(folder, 'a');
    mkdirSync(folder, { recursive: true });
    const { heard } = watching(path);
    rmSync(levels === 1 ? folder : join(top, 'x'), { recursive: true });
    expect(await heard()).toBe(true);
    mkdirSync(folder, { recursive: true });
    await heard();
    writeFileSync(path, '');
    expect(await heard()).toBe(true);
  });

  test('below a file is waited for without a loop', async () => {
    const top = litter.folder();
    writeFileSync(join(top, 'x'), '');
    const { heard, log } = watching(join(top, 'x', 'y', 'a'));
    const before = process.cpuUsage();
    await wait(200);
    const used = process.cpuUsage(before);
    expect(used.user + used.system).toBeLessThan(150_000);
    await heard();
    unlinkSync(join(top, 'x'));
    mkdirSync(join(top, 'x', 'y'), { recursive: true });
    await heard();
    writeFileSync(join(top, 'x', 'y', 'a'), '');
    expect(await heard()).toBe(true);
    expect(log).toEqual([]);
  });

  test('that was let go tells nothing more', async () => {
    const folder = litter.folder();
    const { heard, watch } = watching(join(folder, 'a'));
    watch.dispose();
    watch.dispose();
    writeFileSync(join(folder, 'a'), '');
    expect(await heard()).toBe(false);
  });
});
