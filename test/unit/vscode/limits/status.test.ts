import { describe, expect, test } from 'vitest';
import { catalogue, chooseChecks } from '../../../../src/limits/catalogue';
import type { LimitsEvent, LimitsRunResult } from '../../../../src/limits/runResult';
import { begun, concluded, ended, eventSeen, noRunYet, refused } from '../../../../src/vscode/limits/status';
import { shownOf } from '../diagnostics/proven';

const [quota, memory] = [shownOf('cpu.quota').result, shownOf('memory.limit').result];
const chosen = chooseChecks(['cpu.quota', 'memory.limit']);
const running = begun(noRunYet, chosen.ok ? chosen.checks : []);
const started = (check: string): LimitsEvent => ({ event: 'started', check, attempt: 1 });
const at = (minute: number): string => `2026-03-04T05:0${String(minute)}:00Z`;

function reportOf(...results: LimitsRunResult['results']): LimitsRunResult {
  const engine = { id: 'E', endpoint: 'x', version: '20.10', cgroup: 1 as const };
  return { schema: 1, run: 'r', startedAt: at(0), ms: 1, engine, image: 'i', results, leftovers: 0, left: [] };
}

describe('a run', () => {
  test('tells how much is done and what is under way', () => {
    expect(running.running).toEqual({ of: 2, done: 0, underWay: [] });
    const both = ['memory.limit', 'cpu.quota', 'cpu.quota'].reduce(
      (known, id) => eventSeen(known, started(id), at(1)),
      running,
    );
    expect(both.running?.underWay).toEqual(['Memory', 'CPU time, one thread']);
    const one = eventSeen(both, { event: 'judged', result: memory }, at(1));
    expect(one.running).toEqual({ of: 2, done: 1, underWay: ['CPU time, one thread'] });
  });

  test("gives results in the catalogue's order, the latest of each check", () => {
    const events = [memory, quota, { ...memory, verdict: 'not-enforced' as const }];
    const { results } = events.reduce(
      (known, result, index) => eventSeen(known, { event: 'judged', result }, at(index)),
      running,
    );
    expect(results.map(({ result, at }) => [result.id, result.verdict, at])).toEqual([
      ['cpu.quota', 'enforced', at(1)],
      ['memory.limit', 'not-enforced', at(2)],
    ]);
  });

  test('compares what is new, keeps what was compared before, and is over then', () => {
    const since = { kind: 'since', verdict: 'enforced', at: at(0), runs: 3 } as const;
    const first = concluded(
      eventSeen(running, { event: 'judged', result: memory }, at(1)),
      reportOf(memory),
      new Map([['memory.limit', since]]),
    );
    expect(first).not.toHaveProperty('running');
    const second = concluded(
      eventSeen(begun(first, catalogue), { event: 'judged', result: quota }, at(2)),
      reportOf(quota),
      new Map([['memory.limit', { ...since, runs: 9 }]]),
    );
    expect(second.results.map(({ compared }) => compared)).toEqual([
      undefined,
      'enforced since 2026-03-04 05:00, 3 runs',
    ]);
  });

  test('that was refused says why until the next begins, and takes no result away', () => {
    const before = ended(eventSeen(running, { event: 'judged', result: quota }, at(1)));
    const none = refused(begun(before, catalogue), 'Docker is stopped.');
    expect(none).toMatchObject({ problem: 'Docker is stopped.', results: before.results });
    expect(none).not.toHaveProperty('running');
    expect(begun(none, catalogue)).not.toHaveProperty('problem');
  });
});
