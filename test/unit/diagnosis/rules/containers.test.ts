import { expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { healthyFacts, type HealthyFacts } from '../healthy';

const found = (change: (facts: HealthyFacts) => void) => {
  return diagnose(healthyFacts(change)).findings.filter(({ severity }) => severity === 'error');
};
const fails = (message: string) => (facts: HealthyFacts) =>
  void Object.assign(facts.verification, { value: { verdict: 'no', step: 'start', message } });

test("containers that fail are an error with the engine's sentence whole, whatever it says", () => {
  const sentence = `OCI runtime create failed: ${'x'.repeat(600)}: exit status 127: unknown`;
  const [error, ...others] = found(fails(sentence));
  expect(error?.id).toBe('daemon.containers-fail');
  expect(error?.cause).toContain(sentence);
  expect(others).toEqual([]);
});

test('a program that is missing is the cause, and the failure follows from it', () => {
  for (const program of ['runc', 'containerd-shim-runc-v2'] as const) {
    const errors = found((facts) => {
      fails('exec: not found')(facts);
      Reflect.deleteProperty(facts.daemonConfig.value.programs, program);
    });
    expect(errors.map(({ title }) => title)).toEqual([`${program} is not installed where the daemon looks`]);
    expect(errors[0]?.explains.map(({ id }) => id)).toContain('daemon.containers-fail');
  }
});
