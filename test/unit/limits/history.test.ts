import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { comparisons, historyPath, keepReport, withReport, type History } from '../../../src/limits/history';
import type { LimitsRunResult } from '../../../src/limits/runResult';
import type { LimitVerdict } from '../../../src/limits/verdict';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dind-station-history-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function report(day: number, verdict: LimitVerdict, engine = 'E'): LimitsRunResult {
  const words = { reason: '', kernel: '', observed: '', basis: 'behaviour' } as const;
  return {
    schema: 1,
    run: 'r',
    startedAt: `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`,
    ms: 1,
    engine: { id: engine, endpoint: 'unix:///s', version: '1', cgroup: 2 },
    image: '',
    results: [
      { id: 'cpu.quota', area: 'cpu', title: '', asked: '', attempts: 1, ms: 1, samples: [], verdict, ...words },
    ],
    leftovers: 0,
    left: [],
  };
}

const after = (limitVerdicts: readonly LimitVerdict[], started = 'boot 1'): History =>
  limitVerdicts.reduce<History>((all, verdict, index) => withReport(all, report(index + 1, verdict), started), {
    schema: 1,
    engines: {},
  });

test('the same verdict counts from when it began', () => {
  const before = after(['not-enforced', 'enforced', 'error', 'enforced']);
  expect(comparisons(before, report(9, 'enforced')).get('cpu.quota')).toEqual({
    kind: 'since',
    verdict: 'enforced',
    at: '2026-01-02T00:00:00.000Z',
    runs: 3,
  });
});

test('a limit that broke names the restart in between, if there was one', () => {
  const before = after(['enforced']);
  const broke = { kind: 'broke', at: '2026-01-01T00:00:00.000Z' };
  expect(comparisons(before, report(9, 'not-enforced'), 'boot 2').get('cpu.quota')).toEqual({
    ...broke,
    restart: 'boot 2',
  });
  expect(comparisons(before, report(9, 'not-enforced'), 'boot 1').get('cpu.quota')).toEqual(broke);
});

test('fixed, changed, and nothing for what could not be told or is another engine', () => {
  const before = after(['not-enforced', 'inconclusive']);
  expect(comparisons(before, report(9, 'enforced')).get('cpu.quota')?.kind).toBe('mended');
  expect(comparisons(before, report(9, 'unsupported')).get('cpu.quota')?.kind).toBe('changed');
  expect(comparisons(before, report(9, 'error')).size).toBe(0);
  expect(comparisons(before, report(9, 'enforced', 'F')).size).toBe(0);
});

test('runs that could not tell push nothing out', () => {
  const before = after(['enforced', ...Array.from({ length: 60 }, () => 'error' as const), 'inconclusive']);
  expect(comparisons(before, report(9, 'not-enforced')).get('cpu.quota')?.kind).toBe('broke');
});

test('what is kept is bounded', () => {
  let history = after(Array.from({ length: 60 }, () => 'enforced' as const));
  expect(history.engines['E unix:///s']?.['cpu.quota']).toHaveLength(50);
  for (let engine = 0; engine < 20; engine += 1)
    history = withReport(history, report(1, 'enforced', String(engine)), undefined);
  expect(Object.keys(history.engines)).toHaveLength(8);
});

test('is kept by rename, and a damaged file is no failure', async () => {
  const path = join(folder, 'state', 'limits.json');
  expect(await keepReport(path, report(1, 'enforced'), undefined)).toMatchObject({ ok: true, before: { engines: {} } });
  expect((await keepReport(path, report(2, 'enforced'), undefined)).before.engines).toHaveProperty('E unix:///s');
  writeFileSync(path, '{"schema": 1, "eng');
  expect(await keepReport(path, report(3, 'enforced'), undefined)).toMatchObject({ ok: true, before: { engines: {} } });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ schema: 1 });
});

test('a place that cannot be written is told', async () => {
  writeFileSync(join(folder, 'file'), '');
  const kept = await keepReport(join(folder, 'file', 'limits.json'), report(1, 'enforced'), undefined);
  expect(kept.ok).toBe(false);
  expect(kept.message).toContain('cannot be kept');
});

test('the place follows XDG_STATE_HOME unless it is relative', () => {
  expect(historyPath({ XDG_STATE_HOME: '/s', HOME: '/h' })).toBe('/s/dind-station/limits.json');
  expect(historyPath({ XDG_STATE_HOME: 's', HOME: '/h' })).toBe('/h/.local/state/dind-station/limits.json');
});
