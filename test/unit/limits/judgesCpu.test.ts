import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { weightNew, weightOld } from '../../../src/limits/cpuShares';
import { cpuWindow } from '../../../src/limits/cpuWindow';
import { altered, judged, recorded, surrounded, type Recording } from './recordings';

function never(): never {
  throw new Error('not recorded');
}

/** A CPU recording whose limited container used so many times as much, and was stopped in so many of a hundred periods. */
function cpu(use: number, stopped?: number, container = 'limited'): Recording {
  let first: number | undefined;
  return altered(recorded('cpu.quota'), container, (key, value) => {
    if (key !== 'cpu') return value;
    const fields = value.split(' ').map(Number);
    const [from = 0, to = 0, used = 0, periods = 0, throttled = 0, busy = 0] = fields;
    first ??= used;
    const scaled = Math.round(first + (used - first) * use);
    const counted = stopped === undefined ? throttled : Math.round((periods * stopped) / 100);
    return `${String(from)} ${String(to)} ${String(scaled)} ${String(periods)} ${String(counted)} ${String(busy)}`;
  });
}

describe('CPU quota', () => {
  test('a tenth too much is the edge', () => {
    const window = cpuWindow(recorded('cpu.quota').evidence['limited'] ?? never());
    const toEdge = (0.25 * 1.1) / (window?.usedAtLeast ?? Number.NaN);
    expect(judged(cpu(toEdge * 0.99)).verdict).toBe('enforced');
    expect(judged(cpu(toEdge * 1.01)).verdict).toBe('not-enforced');
  });

  test('a little too much is measured again before it counts, much too much is not', () => {
    expect(judged(cpu(1.3))).toMatchObject({ verdict: 'not-enforced', again: true });
    expect(judged(cpu(3))).toMatchObject({ verdict: 'not-enforced' });
    expect(judged(cpu(3))).not.toHaveProperty('again');
  });

  test('little use that the limit did not cause is starvation, with who had the CPU, and is tried again', () => {
    expect(judged(cpu(0.6, 20))).toMatchObject({ verdict: 'inconclusive', again: true, finding: 'machine.busy' });
    expect(judged(cpu(0.6, 20)).reason).toMatch(/others had \d\.\d\d CPUs/);
    expect(judged(cpu(0.6, 0)).verdict).toBe('inconclusive');
  });

  test('a control that got no more than the limit proves nothing', () => {
    expect(judged(cpu(0.2, undefined, 'control'))).toMatchObject({ verdict: 'inconclusive', again: true });
  });

  test('a quota that the kernel was not told is not enforced, however little was used', () => {
    const untold = altered(cpu(0.2, 0), 'limited', (key, value) => (key === 'quota' ? '-1' : value));
    expect(judged(untold)).toMatchObject({ verdict: 'not-enforced', finding: 'runtime.dropped-limit' });
    const without = altered(cpu(1), 'limited', (key, value) => (key === 'quota' ? '-' : value));
    expect(judged(without)).toMatchObject({ verdict: 'unsupported', finding: 'cgroup.controller-missing' });
  });

  test.each([2, 3, 4])('without the number in place %i of its readings nothing is enforced', (place) => {
    const uncounted = altered(recorded('cpu.quota'), 'limited', (key, value) => {
      const fields = value.split(' ');
      return key === 'cpu' ? fields.with(place, 'nan').join(' ') : value;
    });
    expect(judged(uncounted)).toMatchObject({ verdict: 'unsupported', finding: 'cgroup.controller-missing' });
  });

  test('a smaller limit around it is what holds', () => {
    expect(judged(surrounded(cpu(0.4, 0), { cpus: 0.1 }))).toMatchObject({
      verdict: 'not-enforced',
      finding: 'cgroup.outer-limit',
    });
    expect(judged(surrounded(cpu(1), { cpus: 1.5 })).verdict).toBe('enforced');
  });

  test('enforced only when every fact of it is there', () => {
    const share = fc.double({ min: 0, max: 4, noNaN: true });
    fc.assert(
      fc.property(share, fc.integer({ min: 0, max: 100 }), share, (use, stopped, free) => {
        const control = cpu(free, undefined, 'control').evidence['control'] ?? never();
        const recording = cpu(use, stopped);
        const both: Recording = { ...recording, evidence: { ...recording.evidence, control } };
        const { verdict } = judged(both);
        const window = cpuWindow(both.evidence['limited'] ?? never());
        const freely = cpuWindow(control);
        if (window === undefined || freely === undefined) return verdict === 'inconclusive';
        if (window.usedAtLeast > 0.25 * 1.1) return verdict === 'not-enforced';
        const all = window.throttled >= window.periods / 2 && freely.used >= 0.25 * 1.3;
        return (verdict === 'enforced') === all;
      }),
      { numRuns: 500 },
    );
  });
});

describe('CPU weight', () => {
  // runc 1.1 and 1.3.2.
  test.each([
    [2, 1, 1],
    [256, 10, 35],
    [512, 20, 59],
    [1024, 39, 100],
    [2048, 79, 174],
    [262144, 10000, 10000],
  ])('%i shares are %i by the old formula, %i by the new', (shares, old, fresh) => {
    expect(weightOld(shares)).toBe(old);
    expect(weightNew(shares)).toBe(fresh);
  });

  test('both formulas count on v2, others do not', () => {
    const weights = (light: string, heavy: string): Recording => {
      const one = altered(recorded('cpu.shares'), 'light', (key, value) => (key === 'weight' ? light : value));
      const both = altered(one, 'heavy', (key, value) => (key === 'weight' ? heavy : value));
      return { ...both, environment: { ...both.environment, cgroup: 2 } };
    };
    expect(judged(weights('20', '79')).verdict).toBe('enforced');
    expect(judged(weights('59', '174')).verdict).toBe('enforced');
    expect(judged(weights('100', '100'))).toMatchObject({ verdict: 'not-enforced', finding: 'runtime.dropped-limit' });
  });

  test('without a count of CPU time nothing is enforced', () => {
    const uncounted = altered(recorded('cpu.shares'), 'heavy', (key, value) =>
      key === 'cpu' ? value.split(' ').with(2, 'nan').join(' ') : value,
    );
    expect(judged(uncounted).verdict).toBe('unsupported');
  });

  test('many CPUs are not kept busy for it where containers cannot be pinned', () => {
    const { check, environment } = recorded('cpu.shares');
    const engine = { ...environment.engine, cpuset: false };
    const many = Array.from({ length: 64 }, (_none, index) => index);
    expect(check.containers({ ...environment, engine, cpus: many })).toMatchObject({ verdict: 'inconclusive' });
    expect(check.containers({ ...environment, engine, cpus: [0, 1] })).toHaveLength(3);
    expect(check.containers({ ...environment, cpus: many })).toHaveLength(3);
  });

  test('equal shares of the CPU under unequal weights are not enforced', () => {
    const { light } = recorded('cpu.shares').evidence;
    const recording = recorded('cpu.shares');
    const weight = ['weight', '2048'] as const;
    const heavy = {
      ...(light ?? never()),
      lines: [weight, ...(light ?? never()).lines.filter(([key]) => key !== 'weight')],
    };
    // Three on one CPU, of which the third was the heavy one: without it the two had too little to tell.
    const busy = { ...recording, evidence: { ...recording.evidence, heavy } };
    expect(judged(busy).verdict).not.toBe('enforced');
  });
});
