import { describe, expect, test } from 'vitest';
import { rules } from '../../../../src/diagnosis/rules';
import { healthyFacts } from '../healthy';
import { engineCases } from './engine.cases';
import { machineCases } from './machine.cases';

const cases = [...machineCases, ...engineCases];

function judged(id: string, change: Parameters<typeof healthyFacts>[0]) {
  return rules.find((rule) => rule.id === id)?.judge(healthyFacts(change));
}

describe.each(cases)('%s', (id, positive, nearMiss) => {
  test('is found where it is', () => {
    const verdict = judged(id, positive);
    expect(verdict).toMatchObject({
      title: expect.stringMatching(/[^.]$/),
      remedy: { command: expect.stringMatching(/./) },
    });
  });

  test('is not found where it only nearly is', () => {
    expect(judged(id, nearMiss)).toBeUndefined();
  });
});

test('every rule that is not of the log has a case', () => {
  const ids = rules.map(({ id }) => id).filter((id) => !/^(?:log|start)\./.test(id));
  expect(ids.filter((id) => !cases.some(([one]) => one === id))).toEqual([]);
  expect(cases.length).toBe(ids.length);
});

test('a passing process in a root that hands memory down is no fault', () => {
  const verdict = judged('cgroup.v2-nesting-not-prepared', (facts) => {
    Object.assign(facts.cgroup.value.levels[0] ?? {}, { processes: [77], processCount: 1 });
  });
  expect(verdict).toBeUndefined();
});
