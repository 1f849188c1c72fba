import { expect } from 'vitest';
import { clientFiles } from '../../src/engine/dockerConfig';
import { resolveEndpoint } from '../../src/engine/endpoint';
import { LimitTests } from '../../src/vscode/limits/lazyLimits';
import type { LimitsStatus } from '../../src/vscode/limits/status';
import { FakeEditor } from '../mocks/editor';
import { FakeTesting, type FakeItem, type FakeRun } from '../mocks/testing';
import { stateOf } from '../unit/vscode/states';

/** The Test Explorer with the limit checks, in an editor that is stood in for, at the engine that runs. */
export function explorer() {
  const testing = new FakeTesting();
  const statuses: LimitsStatus[] = [];
  const resolved = resolveEndpoint(clientFiles({}));
  if (!resolved.ok) throw new Error(resolved.message);
  const tests = new LimitTests(() => import('../../src/vscode/limits/limits'), {
    host: { ...new FakeEditor().api, ...testing.api },
    engine: { endpoint: resolved.endpoint, refresh: () => Promise.resolve(stateOf('running')) },
    image: () => undefined,
    onStatus: (status) => statuses.push(status),
    wording: () => Promise.reject(new Error('it runs')),
    log: { info: () => undefined, error: (message) => expect.unreachable(message) },
  });
  /** Runs rows of the tree, areas and checks, and gives what was told. */
  const prove = async (...ids: string[]): Promise<FakeRun> => {
    await testing.resolveHandler?.(undefined);
    const rows = [...testing.items.values()].flatMap((area): FakeItem[] => [area, ...area.children.values()]);
    await testing.run({ include: rows.filter(({ id }) => ids.includes(id)) });
    const run = testing.runs.at(-1);
    if (run === undefined) throw new Error('no run was made');
    return run;
  };
  return { testing, tests, prove, statuses };
}
