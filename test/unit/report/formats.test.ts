import { XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { paintFor } from '../../../src/cli/terminal';
import { diagnose } from '../../../src/diagnosis/diagnose';
import { doctorFormats, renderDiagnosis, renderLimits } from '../../../src/report/formats';
import type { LimitsRunResult } from '../../../src/limits/runResult';
import { healthyFacts } from '../diagnosis/healthy';

const paint = paintFor(false);

const run: LimitsRunResult = {
  schema: 1,
  run: 'r',
  startedAt: '2026-01-01T00:00:00.000Z',
  ms: 2000,
  engine: { id: 'E', endpoint: 'unix:///s', version: '20.10.24', cgroup: 2 },
  image: 'i',
  results: [
    {
      ...{ id: 'cpu.quota', area: 'cpu', title: 'CPU time', asked: '--cpus 0.25', attempts: 1, ms: 1234 },
      ...{ samples: [{ leg: 'limited', at: 1, metric: 'cpu', value: 2 }], verdict: 'enforced', reason: 'It held.' },
      ...{ kernel: '25000 100000', observed: '0.25 CPUs', basis: 'behaviour' },
    },
  ],
  leftovers: 0,
  left: [],
};
const compared = new Map([['cpu.quota', { kind: 'since', verdict: 'enforced', at: '2026-01-01', runs: 2 } as const]]);

test.each(doctorFormats)('a diagnosis as %s is a whole file', (format) => {
  const text = renderDiagnosis(diagnose(healthyFacts()), format, { paint, version: '1.2.3' });
  expect(text).toMatch(/\S\n$/);
  if (format === 'junit') expect(XMLValidator.validate(text)).toBe(true);
  if (format === 'json' || format === 'sarif') expect(JSON.parse(text)).toBeTypeOf('object');
});

test('limits as JSON are the run with the fields that scripts read, how each was before, and the exit status', () => {
  const printed: unknown = JSON.parse(renderLimits(run, 'json', { compared, paint, exit: 3 }));
  const [result] = run.results;
  expect(printed).toEqual({ ...run, results: [{ ...result, before: compared.get('cpu.quota') }], exit: 3 });
  expect(renderLimits(run, 'json', { compared: new Map(), paint, exit: 0 })).toContain('"before":null');
});

test('limits as JUnit and as text are whole files', () => {
  const xml = renderLimits(run, 'junit', { compared, paint, exit: 0 });
  expect(XMLValidator.validate(xml)).toBe(true);
  expect(xml).toMatch(/<\/testsuites>\n$/);
  const text = renderLimits(run, 'text', { compared, paint, exit: 0 });
  expect(text).toContain('enforced since 2026-01-01, 2 runs');
  expect(text).toMatch(/1 enforced; 2\.0 s, engine 20\.10\.24, cgroup v2\n$/);
});
