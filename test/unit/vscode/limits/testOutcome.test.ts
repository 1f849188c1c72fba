import { expect, test } from 'vitest';
import type { Comparison } from '../../../../src/limits/history';
import type { LimitsRunResult, LimitCheckResult } from '../../../../src/limits/runResult';
import { limitVerdicts, type LimitVerdict } from '../../../../src/limits/verdict';
import { limitsReport } from '../../../../src/report/limitsModel';
import { eventLines, reportLines, terminalLine } from '../../../../src/vscode/limits/outputLines';
import { testOutcome } from '../../../../src/vscode/limits/testOutcome';

function result(verdict: LimitVerdict, more: Partial<LimitCheckResult> = {}): LimitCheckResult {
  return {
    id: 'cpu.quota',
    area: 'cpu',
    title: 'CPU time',
    asked: '--cpus 0.25',
    attempts: 1,
    ms: 4321,
    samples: [],
    verdict,
    reason: 'Others had 1.80 CPUs.',
    kernel: '25000 100000',
    observed: '0.10 CPUs used',
    basis: 'behaviour',
    ...more,
  };
}

test.each<[LimitVerdict, string]>([
  ['enforced', 'passed'],
  ['not-enforced', 'failed'],
  ['unsupported', 'skipped'],
  ['inconclusive', 'errored'],
  ['error', 'errored'],
])('%s is %s', (verdict, kind) => {
  expect(testOutcome(result(verdict), false).kind).toBe(kind);
});

test('only enforced passes, cancelled or not', () => {
  const passing = limitVerdicts.filter((verdict) =>
    [false, true].some((cancelled) => testOutcome(result(verdict), cancelled).kind === 'passed'),
  );
  expect(passing).toEqual(['enforced']);
});

test('a failure has expected and actual, the reason and the finding that explains it', () => {
  expect(testOutcome(result('not-enforced', { finding: 'runtime.dropped-limit' }), false)).toEqual({
    kind: 'failed',
    message: 'Others had 1.80 CPUs. Explained by runtime.dropped-limit.',
    expected: 'asked: --cpus 0.25\nverdict: enforced\n',
    actual: 'kernel: 25000 100000\nobserved: 0.10 CPUs used\nverdict: not-enforced\n',
  });
});

test('what was inconclusive tells the noise that was seen', () => {
  expect(testOutcome(result('inconclusive'), false)).toEqual({
    kind: 'errored',
    message: 'Inconclusive: Others had 1.80 CPUs.\nkernel: 25000 100000\nobserved: 0.10 CPUs used',
  });
});

test('what a cancel cut off is skipped; a limit that was seen not to hold stays a failure', () => {
  expect(testOutcome(result('error'), true).kind).toBe('skipped');
  expect(testOutcome(result('not-enforced'), true).kind).toBe('failed');
});

test('the output has every fact of a result, attempts and the reason of what is skipped', () => {
  const lines = eventLines({
    event: 'judged',
    result: result('unsupported', { attempts: 3, finding: 'machine.busy' }),
  });
  expect(lines).toEqual([
    'unsupported: CPU time (cpu.quota, 4.3 s, 3 attempts)',
    '  Others had 1.80 CPUs. [machine.busy]',
    '  asked     --cpus 0.25',
    '  kernel    25000 100000',
    '  observed  0.10 CPUs used',
  ]);
  expect(eventLines({ event: 'judged', result: result('enforced', { basis: 'setting', kernel: '' }) })).toContain(
    '  kernel    -',
  );
});

test('the output goes along with the run', () => {
  expect(eventLines({ event: 'started', check: 'cpu.quota', attempt: 1 })).toEqual(['cpu.quota: started']);
  expect(eventLines({ event: 'started', check: 'cpu.quota', attempt: 2 })).toEqual(['cpu.quota: disturbed, attempt 2']);
  const budget = { cpuSeconds: 1, memory: 0, seconds: 1 };
  expect(eventLines({ event: 'plan', checks: [], budget, running: 2 })).toEqual([
    '2 running containers are left alone',
  ]);
});

test('the end of the output: what is different from before, what stayed, the sum', () => {
  const run: LimitsRunResult = {
    schema: 1,
    run: 'r',
    startedAt: '2026-01-01T00:00:00.000Z',
    ms: 2000,
    engine: { id: 'E', endpoint: 'unix:///s', version: '20.10.24', cgroup: 1 },
    image: 'i',
    results: [result('enforced'), result('unsupported', { id: 'cpu.shares' })],
    leftovers: 2,
    left: ['container abc: it was busy'],
  };
  const before: Comparison = { kind: 'mended', verdict: 'not-enforced', at: '2026-01-01T08:09:00Z' };
  const lines = reportLines(limitsReport(run, new Map([['cpu.quota', before]])));
  expect(lines).toEqual([
    '',
    'cpu.quota: mended: was not-enforced on 2026-01-01 08:09',
    'Left behind until the next start: container abc: it was busy',
    '1 enforced, 1 unsupported; 2.0 s, 2 leftovers of an earlier run removed',
  ]);
});

test('what an engine said neither moves the cursor nor hides itself', () => {
  expect(terminalLine('a\u001b[2J\u0007b\r\u202ec\u009b1m')).toBe('a[2Jbc1m\r\n');
  expect(terminalLine('one\ntwo')).toBe('one\r\n  two\r\n');
});
