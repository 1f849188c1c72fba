import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { withLock } from '../../../tools/lib/folderLock.mjs';
import { ownFolder } from './folders.mjs';

const module = new URL('../../../tools/lib/folderLock.mjs', import.meta.url).href;
const quiet = { onWait: () => undefined };

describe('the lock', () => {
  test('lets one in at a time and tells the others that they wait', async () => {
    const file = join(ownFolder(), 'lock');
    let inside = 0;
    let waited = 0;
    const enter = () =>
      withLock(file, { onWait: () => (waited += 1) }, async () => {
        inside += 1;
        expect(inside).toBe(1);
        await delay(50);
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(waited).toBe(2);
  });

  test('is free after a body that failed', async () => {
    const file = join(ownFolder(), 'lock');
    await expect(withLock(file, quiet, () => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
    expect(await withLock(file, quiet, () => Promise.resolve(7))).toBe(7);
  });

  test('does not outlive a holder that was killed', async () => {
    const file = join(ownFolder(), 'lock');
    const code = `const { withLock } = await import(${JSON.stringify(module)});
      await withLock(process.argv[1], { onWait() {} }, () => { console.log('in'); return new Promise(() => setInterval(() => {}, 1000)); });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', code, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await withLock(file, { ...quiet, signal: AbortSignal.timeout(5000) }, () => Promise.resolve('mine'))).toBe(
      'mine',
    );
  });

  test('waiting for it can be given up', async () => {
    const file = join(ownFolder(), 'lock');
    await withLock(file, quiet, async () => {
      const second = withLock(file, { ...quiet, signal: AbortSignal.timeout(100) }, () => Promise.resolve());
      await expect(second).rejects.toThrow(/timeout/);
    });
  });

  test('a place where it cannot be is named', async () => {
    const file = join(ownFolder(), 'missing', 'lock');
    await expect(withLock(file, quiet, () => Promise.resolve())).rejects.toThrow(file);
  });
});
