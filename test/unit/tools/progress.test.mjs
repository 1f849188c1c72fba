import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createProgress, formatSeconds } from '../../../tools/lib/progress.mjs';

/** Back to the beginning of the line and clear it. */
const rewrite = '\r\u001b[K';

/** A stream that keeps what is written; a terminal or not. */
function recorder(/** @type {boolean} */ isTTY) {
  /** @type {string[]} */
  const written = [];
  const out = Object.assign(new PassThrough(), { isTTY, columns: 40 });
  out.on('data', (chunk) => written.push(String(chunk)));
  return { out: /** @type {NodeJS.WriteStream} */ (/** @type {unknown} */ (out)), text: () => written.join('') };
}

describe('progress', () => {
  test('outside of a terminal: whole lines and no control characters', async () => {
    const { out, text } = recorder(false);
    const value = await createProgress(out).step('packages', ({ detail, note }) => {
      detail('busy');
      note('all there');
      return Promise.resolve(5);
    });
    expect(value).toBe(5);
    expect(text()).toMatch(/^✓ packages {2}\d+\.\d s {2}all there\n$/);
  });

  test('in a terminal the line is rewritten and never wider than the terminal', async () => {
    const { out, text } = recorder(true);
    await createProgress(out).step('packages', ({ detail }) => {
      detail('x'.repeat(100));
      return Promise.resolve();
    });
    for (const line of text().replaceAll(rewrite, '\n').split('\n')) expect(line.length).toBeLessThan(40);
    expect(text().split(rewrite).at(-1)).toMatch(/^✓ packages {2}\d+\.\d s\n$/);
  });

  test('outside of a terminal a long step gives a sign of life, and ever more rarely', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { out, text } = recorder(false);
    /** @type {() => void} */
    let finish = () => undefined;
    const running = createProgress(out).step('packages', ({ detail }) => {
      detail('downloading');
      return new Promise((resolve) => (finish = () => resolve(undefined)));
    });
    await vi.advanceTimersByTimeAsync(35_000);
    expect(text()).toMatch(/^(… packages {2}\d+\.\d s {2}downloading\n){2}$/);
    await vi.advanceTimersByTimeAsync(3_600_000);
    const lines = text().split('\n').length;
    finish();
    await running;
    expect(lines).toBeGreaterThan(25);
    expect(lines).toBeLessThan(40);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(text().split('\n').length).toBe(lines + 1);
  });

  test('a step that ran to its end and came to nothing good is marked so', async () => {
    const { out, text } = recorder(false);
    await createProgress(out).step('unit', ({ detail, note }) => {
      detail('running');
      note('1 passed, 2 failed', false);
      return Promise.resolve();
    });
    expect(text()).toMatch(/^✗ unit {2}\d+\.\d s {2}1 passed, 2 failed\n$/);
  });

  test('a failure keeps what was going on, and is passed on', async () => {
    const { out, text } = recorder(false);
    const failing = createProgress(out).step('packages', ({ detail }) => {
      detail('downloading');
      return Promise.reject(new Error('no network'));
    });
    await expect(failing).rejects.toThrow('no network');
    expect(text()).toMatch(/^✗ packages {2}\d+\.\d s {2}downloading\n$/);
  });
});

test.each([
  [0, '0.0 s'],
  [1234, '1.2 s'],
  [59_949, '59.9 s'],
  [59_999, '1 min 00 s'],
  [125_000, '2 min 05 s'],
])('%d ms', (ms, words) => expect(formatSeconds(ms)).toBe(words));
