import { expect, test, vi } from 'vitest';
import { CheckRun } from '../../../src/limits/checkRun';
import { FakeEngine, container, containerRun, check, reset } from './fakeEngine';
import { recorded } from './recordings';

test('a container without an answer ends the others, and is told when they have ended', async () => {
  const engine = new FakeEngine();
  engine.prints = () => undefined;
  const before = engine.start.getMockImplementation();
  engine.start.mockImplementation(async (id) => {
    if (!engine.one(id).config.Cmd?.[2]?.includes('# first')) return before?.(id);
    await vi.waitFor(() => expect(engine.start).toHaveBeenCalledTimes(2));
    throw reset();
  });
  const left: string[] = [];
  const run = containerRun(engine, { onLeft: (id) => left.push(id) });
  const both = check('p', {}, container('first'), container('second'));
  const attempt = new CheckRun(both, recorded('pids.limit').environment, run, () => undefined).attempt();
  await expect(attempt).rejects.toThrow('The engine did not answer: read ECONNRESET.');
  // Both were over by then.
  expect(left).toHaveLength(2);
});
