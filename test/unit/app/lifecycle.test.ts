import { describe, expect, test } from 'vitest';
import type { StepId } from '../../../src/helper/stepIds';
import { knownSteps, stepWords } from '../../../src/app/lifecycle';

describe('stepWords', () => {
  test('has words for every step of the helper', () => {
    for (const step of [
      'lock.wait',
      'daemon.check',
      'daemon.validate',
      'leftovers',
      'daemon.stop',
      'containerd.launch',
      'daemon.launch',
      'daemon.ready',
      'socket.access',
      'log.rotate',
      'daemon.verify',
      'init.ask',
    ] satisfies StepId[]) {
      expect(knownSteps).toContain(step);
      expect(stepWords(step)).not.toBe(step);
    }
  });

  test('uses the words of the area for a finer step', () => {
    expect(stepWords('leftovers.pidfile')).toBe(stepWords('leftovers'));
  });

  test('shows an unknown step as it is', () => {
    expect(stepWords('cgroup.delegate')).toBe('cgroup.delegate');
    expect(stepWords('constructor')).toBe('constructor');
    expect(stepWords('toString.x')).toBe('toString.x');
    expect(stepWords('')).toBe('');
  });
});
