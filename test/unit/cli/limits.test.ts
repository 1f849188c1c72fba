import { expect, test } from 'vitest';
import { limitsExit } from '../../../src/cli/limits';
import { containerExit, containerLines } from '../../../src/cli/limitsContainer';
import { limitsJunit } from '../../../src/report/junit';
import { limitsReport } from '../../../src/report/limitsModel';
import { eventLine, limitsLines } from '../../../src/report/limitsText';
import { paintFor } from '../../../src/cli/terminal';
import type { LimitsRunResult, LimitCheckResult } from '../../../src/limits/runResult';
import type { LimitVerdict } from '../../../src/limits/verdict';

const paint = paintFor(false);

function result(verdict: LimitVerdict): LimitCheckResult {
  return {
    id: `cpu.${verdict}`,
    area: 'cpu',
    title: 'CPU & <time>',
    asked: '--cpus 0.25',
    attempts: 1,
    ms: 1234,
    samples: [],
    verdict,
    reason: 'Because of "this".',
    kernel: '25000 100000',
    observed: '0.25 CPUs\u0007',
    basis: 'behaviour',
  };
}

const report = (...results: LimitCheckResult[]): LimitsRunResult => ({
  schema: 1,
  run: 'r',
  startedAt: '2026-01-01T00:00:00.000Z',
  ms: 2000,
  engine: { id: 'E', endpoint: 'unix:///s', version: '20.10.24', cgroup: 1 },
  image: 'i',
  results,
  leftovers: 2,
  left: [],
});

test.each<[LimitVerdict[], number]>([
  [['enforced', 'unsupported'], 0],
  [['enforced', 'inconclusive', 'not-enforced'], 1],
  [['enforced', 'inconclusive'], 3],
  [['error'], 3],
])('%j ends with %i', (limitVerdicts, exit) => {
  expect(limitsExit(report(...limitVerdicts.map(result)))).toBe(exit);
});

test('the table has the three facts of each check, how it was before, and the sum', () => {
  const before = new Map([
    ['cpu.enforced', { kind: 'broke', at: '2026-01-01T08:09:00Z', restart: '2026-01-02T03:04:05Z' } as const],
  ]);
  const text = limitsLines(limitsReport(report(result('enforced'), result('error')), before), paint).join('\n');
  for (const part of ['asked     --cpus 0.25', 'kernel    25000 100000', 'observed  0.25 CPUs', 'Because of "this".']) {
    expect(text).toContain(part);
  }
  expect(text).toContain('broke, after the restart on 2026-01-02 03:04: was enforced on 2026-01-01 08:09');
  expect(text).toContain(
    '1 enforced, 1 error; 2.0 s, engine 20.10.24, cgroup v1, 2 leftovers of an earlier run removed',
  );
});

test('the budget is told before the run, and who is left alone', () => {
  const plan = {
    event: 'plan',
    checks: [],
    budget: { cpuSeconds: 20.4, memory: 168 * 2 ** 20, seconds: 16 },
    running: 3,
  } as const;
  expect(eventLine(plan, paint)).toBe(
    '0 checks: about 16 s, 20 s of CPU time and 168 MiB at most; 3 running containers are left alone',
  );
});

test('JUnit: not enforced fails, unsupported is skipped, untold is an error, and nothing breaks the XML', () => {
  const run = report(result('enforced'), result('not-enforced'), result('unsupported'), result('inconclusive'));
  const xml = limitsJunit(limitsReport(run, new Map()));
  expect(xml).toContain('<testsuites tests="4" failures="1" errors="1" skipped="1" time="2.000">');
  expect(xml.match(/<failure type="not-enforced"/g)).toHaveLength(1);
  expect(xml.match(/<skipped /g)).toHaveLength(1);
  expect(xml.match(/<error type="inconclusive"/g)).toHaveLength(1);
  expect(xml).toContain('CPU &amp; &lt;time&gt;');
  expect(xml).toContain('Because of &quot;this&quot;.');
  expect(xml).not.toContain('\u0007');
});

test('a container is told limit by limit', () => {
  const limits = [
    { limit: 'memory', configured: 67108864, kernel: 67108864, used: 1048576, verdict: 'agrees', reason: 'Fine.' },
    { limit: 'cpus', configured: null, verdict: 'unlimited', reason: 'None was asked for.' },
  ] as const;
  const lines = containerLines({ schema: 1, id: 'x', name: 'web', source: 'cgroup files', limits }, paint);
  expect(lines[0]).toBe('web, by its cgroup files');
  expect(lines[2]).toMatch(/^memory +64\.0 MiB +64\.0 MiB +- +1\.0 MiB +agrees$/);
  expect(lines[3]).toMatch(/^cpus +none +\? +- +\? +unlimited$/);
  expect(containerExit({ limits })).toBe(0);
  expect(containerExit({ limits: [{ ...limits[0], verdict: 'overruled' }] })).toBe(1);
  expect(containerExit({ limits: [{ ...limits[0], verdict: 'not-seen' }] })).toBe(3);
});
