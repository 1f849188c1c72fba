import { describe, expect, vi, test } from 'vitest';
import { Lazy } from '../../../src/vscode/lazy';

const part = () => ({ dispose: vi.fn() });

describe('Lazy', () => {
  test('makes its part when it is first needed, once for all who wait', async () => {
    const load = vi.fn(() => Promise.resolve(part));
    const lazy = new Lazy(load);
    expect([lazy.now, load.mock.calls.length]).toEqual([undefined, 0]);
    const [one, two] = await Promise.all([lazy.get(), lazy.get()]);
    expect(one).toBe(two);
    expect(lazy.now).toBe(one);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('loads again for the next caller when loading failed', async () => {
    const load = vi.fn(() => Promise.resolve(part)).mockRejectedValueOnce(new Error('gone'));
    const lazy = new Lazy(load);
    await expect(lazy.get()).rejects.toThrow('gone');
    expect(await lazy.get()).toBe(lazy.now);
  });

  test('makes nothing when the window closed meanwhile, and disposes what it has made', async () => {
    const make = vi.fn(part);
    const closing = new Lazy(() => Promise.resolve(make));
    const got = closing.get();
    closing.dispose();
    await expect(got).rejects.toThrow('The window is closing.');
    expect(make).not.toHaveBeenCalled();

    const lazy = new Lazy(() => Promise.resolve(part));
    const made = await lazy.get();
    lazy.dispose();
    expect(made.dispose).toHaveBeenCalledTimes(1);
  });
});
