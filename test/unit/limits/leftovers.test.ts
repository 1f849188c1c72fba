import { expect, test } from 'vitest';
import type { ListedContainer } from '../../../src/engine/engineCalls';
import { containerName, labelsOf, ownRun, removeLeftovers, runLabel, type Owner } from '../../../src/limits/leftovers';

const run = '3f2b8c1e-0000-4000-8000-000000000001';
const now = 1_750_000_000_000;

/** Which of these containers are removed. */
async function removed(...containers: ListedContainer[]): Promise<string[]> {
  const ids: string[] = [];
  const engine = {
    containers: () => Promise.resolve(containers),
    remove: (id: string) => Promise.resolve(void ids.push(id)),
  };
  expect(await removeLeftovers(engine, now)).toBe(ids.length);
  return ids;
}

async function made(about: Partial<Owner> = {}): Promise<ListedContainer> {
  const labels = labelsOf({ ...(await ownRun(run, 60, now)), ...about });
  return { id: 'made', name: containerName(run), labels };
}

test('what a run left that is over is removed: by its time, or because its process is gone', async () => {
  expect(await removed(await made({ until: now - 1 }))).toEqual(['made']);
  expect(await removed(await made({ start: '1' }))).toEqual(['made']);
});

test('what a run has that lives stays, and what one of another machine or PID namespace has', async () => {
  expect(await removed(await made())).toEqual([]);
  const { host } = await ownRun(run, 60, now);
  expect(host).toMatch(/ pid:\[\d+\]$/u);
  expect(await removed(await made({ start: '1', host: host.replace(/\d+\]$/u, '1]') }))).toEqual([]);
});

test('a container of a user stays, whatever labels it carries', async () => {
  const over = await made({ until: now - 1 });
  expect(await removed({ id: 'by hand', name: 'web', labels: { [runLabel]: 'mine' } })).toEqual([]);
  expect(await removed({ id: 'named so', name: containerName('mine'), labels: { [runLabel]: 'mine' } })).toEqual([]);
  // An image that was made of a proof's container gives all of its labels on.
  expect(await removed({ ...over, name: 'web' })).toEqual([]);
  expect(await removed({ ...over, name: containerName('another') })).toEqual([]);
});
