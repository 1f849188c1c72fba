import { expect, test, vi } from 'vitest';
import { settleAll, sleep, raceAbort } from '../../../src/util/async';

test('what is left behind by an abort fails unheard, and its result is handed on', async () => {
  const cancel = new AbortController();
  let fail: (error: Error) => void = () => undefined;
  let finish: (value: string) => void = () => undefined;
  const late = vi.fn<(value: string) => void>();
  const failing = raceAbort(async () => new Promise<string>((_resolve, reject) => (fail = reject)), cancel.signal);
  const coming = raceAbort(async () => new Promise<string>((resolve) => (finish = resolve)), cancel.signal, late);
  cancel.abort(new Error('that is enough'));
  await expect(failing).rejects.toThrow('that is enough');
  await expect(coming).rejects.toThrow('that is enough');
  // An unhandled rejection would fail the whole test file.
  fail(new Error('too late'));
  finish('an output');
  await sleep(1, new AbortController().signal);
  expect(late).toHaveBeenCalledExactlyOnceWith('an output');
});

test('nothing is started after an abort', async () => {
  const start = vi.fn<() => Promise<void>>(async () => Promise.resolve());
  await expect(raceAbort(start, AbortSignal.abort(new Error('ended')))).rejects.toThrow('ended');
  expect(start).not.toHaveBeenCalled();
});

test('without an abort it is as if nobody watched', async () => {
  const { signal } = new AbortController();
  expect(await raceAbort(async () => Promise.resolve(1), signal)).toBe(1);
  await expect(raceAbort(async () => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
});

test('the first failure is told at once and thrown when all have ended', async () => {
  const ended: string[] = [];
  const stop = new AbortController();
  const other = async (): Promise<void> => {
    await sleep(20_000, stop.signal);
    await sleep(5, new AbortController().signal);
    ended.push('other');
    throw new Error('second');
  };
  const all = settleAll([other(), Promise.reject(new Error('first'))], () => stop.abort());
  await expect(all).rejects.toThrow('first');
  expect(ended).toEqual(['other']);
  expect(await settleAll([Promise.resolve(1), Promise.resolve(2)], () => undefined)).toEqual([1, 2]);
});
