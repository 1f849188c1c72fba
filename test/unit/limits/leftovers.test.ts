import { ownLabel } from '../../../src/engine/events';
import { expect, test } from 'vitest';
import type { ListedContainer } from '../../../src/engine/engineCalls';
import {
  beginRun,
  containerName,
  endRun,
  labelsOf,
  leftWords,
  removeLeftovers,
  removeRun,
  type Owner,
} from '../../../src/limits/leftovers';
import { FakeEngine, refusal, reset } from './fakeEngine';

const run = '3f2b8c1e-0000-4000-8000-000000000001';
const now = 1_750_000_000_000;

/** Which of these containers are removed. */
async function removed(...containers: ListedContainer[]): Promise<string[]> {
  const ids: string[] = [];
  const engine = {
    containers: () => Promise.resolve(containers),
    remove: (id: string) => Promise.resolve(void ids.push(id)),
  };
  expect(await removeLeftovers(engine, now)).toEqual({ removed: ids.length, left: new Map() });
  return ids;
}

async function made(about: Partial<Owner> = {}): Promise<ListedContainer> {
  const labels = labelsOf({ ...(await beginRun(run, 60, now)), ...about });
  return { id: 'made', name: containerName(run), labels };
}

test('what a run left that is over is removed: by its time, or because its process is gone', async () => {
  expect(await removed(await made({ until: now - 1 }))).toEqual(['made']);
  expect(await removed(await made({ start: '1' }))).toEqual(['made']);
});

test('what a run has that lives stays, and what one of another machine or PID namespace has', async () => {
  expect(await removed(await made())).toEqual([]);
  const { host } = await beginRun(run, 60, now);
  expect(host).toMatch(/ pid:\[\d+\]$/u);
  expect(await removed(await made({ start: '1', host: host.replace(/\d+\]$/u, '1]') }))).toEqual([]);
});

test('a container of a user stays, whatever labels it carries', async () => {
  const over = await made({ until: now - 1 });
  expect(await removed({ id: 'by hand', name: 'web', labels: { [ownLabel]: 'mine' } })).toEqual([]);
  expect(await removed({ id: 'named so', name: containerName('mine'), labels: { [ownLabel]: 'mine' } })).toEqual([]);
  // An image that was made of a check's container gives all of its labels on.
  expect(await removed({ ...over, name: 'web' })).toEqual([]);
  expect(await removed({ ...over, name: containerName('another') })).toEqual([]);
});

test('an earlier run of this very process is over when it has ended, however long the process lives', async () => {
  const container = await made();
  expect(await removed(container)).toEqual([]);
  endRun(run);
  expect(await removed(container)).toEqual(['made']);
});

test('a container that the engine would not remove is told, and the others are removed', async () => {
  const stuck = { ...(await made({ until: now - 1 })), id: 'stuck'.padEnd(64, '0') };
  const gone: string[] = [];
  const engine = {
    containers: async () => Promise.resolve([stuck, { ...stuck, id: 'other' }]),
    remove: async (id: string) => {
      if (id === stuck.id) throw refusal(500, 'device or resource busy');
      gone.push(id);
      return Promise.resolve();
    },
  };
  const { removed, left } = await removeLeftovers(engine, now);
  expect([removed, gone, leftWords(left)]).toEqual([1, ['other'], ['container stuck0000000: device or resource busy']]);
  await expect(removeLeftovers({ ...engine, remove: async () => Promise.reject(reset()) }, now)).rejects.toThrow(
    'ECONN',
  );
});

test('what is left of one run: all of it is asked for at once, and what stays is told', async () => {
  const engine = new FakeEngine();
  const labels = labelsOf(await beginRun(run, 60, now));
  const [first, second] = [await made(), await made()];
  await engine.create({ name: first.name, Labels: labels });
  await engine.create({ name: second.name, Labels: labels });
  await engine.create({ name: 'web', Labels: labels });
  engine.remove.mockRejectedValueOnce(reset());
  expect([...(await removeRun(engine, run)).values()]).toEqual(['read ECONNRESET']);
  expect([...engine.all.values()].map(({ name }) => name)).toEqual([first.name, 'web']);
});
