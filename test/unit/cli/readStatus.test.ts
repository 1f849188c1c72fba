import { describe, expect, test } from 'vitest';
import { examine } from '../../../src/cli/readStatus';
import { stateKinds } from '../../../src/engine/state';
import { findingOf } from '../vscode/diagnostics/findings';
import { ownEndpoint, stateOf } from '../vscode/states';

const finding = findingOf({});

/** A diagnosis that takes so many milliseconds, of which it is given 50. */
function sources(ms: number) {
  const asked: unknown[] = [];
  return {
    asked,
    diagnosisMs: () => 50,
    diagnose: async (verified: unknown) => {
      asked.push(verified);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return [finding];
    },
  };
}

describe('status looks at the machine', () => {
  test('of an engine of this machine that can be used, with what is known of containers', async () => {
    const quick = sources(0);
    const verified = { verdict: 'yes', at: 1 } as const;
    expect(await examine(quick, stateOf('running', undefined, { verified }), ownEndpoint)).toEqual([finding]);
    expect(quick.asked).toEqual([verified]);
  });

  test('no longer than it has time, and then says that nothing is known', async () => {
    const began = performance.now();
    expect(await examine(sources(5000), stateOf('running'), ownEndpoint)).toBe('late');
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test('longer for an engine that is slow, which the diagnosis asks as well', async () => {
    const asked: boolean[] = [];
    const timed = {
      ...sources(0),
      diagnosisMs: (slow: boolean) => {
        asked.push(slow);
        return 1000;
      },
    };
    await examine(timed, stateOf('running', 'slow'), ownEndpoint);
    await examine(timed, stateOf('running'), ownEndpoint);
    expect(asked).toEqual([true, false]);
  });

  test("not where the state says it all, nor for another's engine, nor where nobody wants it", async () => {
    const quick = sources(0);
    for (const kind of stateKinds.filter((kind) => kind !== 'running'))
      expect(await examine(quick, stateOf(kind), ownEndpoint)).toEqual([]);
    expect(await examine(quick, stateOf('running'), undefined as never)).toEqual([]);
    expect(await examine({ ...quick, diagnose: undefined }, stateOf('running'), ownEndpoint)).toEqual([]);
    expect(quick.asked).toEqual([]);
  });
});
