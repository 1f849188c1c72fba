import { expect, test, vi } from 'vitest';
import { ProofRun } from '../../../src/limits/proofRun';
import { FakeEngine, leg, legRun, proof, reset } from './fakeEngine';
import { recorded } from './recordings';

test('a leg without an answer ends the others, and is told when they have ended', async () => {
  const engine = new FakeEngine();
  engine.prints = () => undefined;
  const before = engine.start.getMockImplementation();
  engine.start.mockImplementation(async (id) => {
    if (!engine.all.get(id)?.config.Cmd?.[2]?.includes('# first')) return before?.(id);
    await vi.waitFor(() => expect(engine.start).toHaveBeenCalledTimes(2));
    throw reset();
  });
  const left: string[] = [];
  const run = legRun(engine, { onLeft: (id) => left.push(id) });
  const both = proof('p', {}, leg('first'), leg('second'));
  const attempt = new ProofRun(both, recorded('pids.limit').surroundings, run, () => undefined).attempt();
  await expect(attempt).rejects.toThrow('The engine did not answer: read ECONNRESET.');
  // Both were over by then.
  expect(left).toHaveLength(2);
});
