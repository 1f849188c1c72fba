import { expect, test } from 'vitest';
import type { EngineNoticeParts } from '../../../src/vscode/engineNotices';
import { LazyNotices } from '../../../src/vscode/lazyNotices';
import { stateOf } from './states';

function bench(load: () => Promise<unknown>) {
  const told: string[] = [];
  const errors: string[] = [];
  class EngineNotices {
    observe = ({ kind }: { kind: string }): void => void told.push(kind);
    commandEnded = (): void => void told.push('command ended');
    dispose = (): void => void told.push('disposed');
  }
  let loads = 0;
  const notices = new LazyNotices(
    async () => {
      loads += 1;
      await load();
      return { EngineNotices } as never;
    },
    { log: { error: (message: string) => void errors.push(message) } } as unknown as EngineNoticeParts,
  );
  return { notices, told, errors, loads: () => loads };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('nothing is loaded while there is nothing to tell', async () => {
  const { notices, told, loads } = bench(() => Promise.resolve());
  for (const kind of ['unknown', 'starting', 'running', 'stopped', 'foreign'] as const) notices.observe(stateOf(kind));
  await settle();
  expect([loads(), told]).toEqual([0, []]);
});

test('the first state worth telling loads them, and every later one follows in order', async () => {
  let come = (): void => undefined;
  const { notices, told, loads } = bench(() => new Promise<void>((resolve) => (come = resolve)));
  notices.observe(stateOf('failed', 'crashed'));
  notices.observe(stateOf('running'));
  notices.tell((loaded) => loaded.commandEnded(true, stateOf('running')));
  expect(told).toEqual([]);
  come();
  await settle();
  notices.observe(stateOf('stopped'));
  await settle();
  expect([loads(), told]).toEqual([1, ['failed', 'running', 'command ended', 'stopped']]);
});

test('a load that fails is logged, and tried again by the next', async () => {
  let fails = true;
  const { notices, told, errors } = bench(() => (fails ? Promise.reject(new Error('gone')) : Promise.resolve()));
  notices.observe(stateOf('failed', 'crashed'));
  await settle();
  expect([errors, told]).toEqual([['A notification failed: Error: gone'], []]);
  fails = false;
  notices.observe(stateOf('hung'));
  await settle();
  expect(told).toEqual(['hung']);
});
