import { describe, expect, test } from 'vitest';
import { rules } from '../../../../src/diagnosis/rules/allRules';
import { catalogue } from '../../../../src/limits/catalogue';
import { limitsView } from '../../../../src/vscode/diagnostics/limitsView';
import { explanations } from '../../../../src/vscode/limits/explanations';
import { noRunYet, type ShownResult } from '../../../../src/vscode/limits/status';
import type { LimitCheckCard } from '../../../../src/webview/protocol';
import { findingOf } from './findings';
import { shownOf } from './proven';

const formatTime = (ms: number): string => new Date(ms).toISOString();

function cardOf(shown: ShownResult, found: Parameters<typeof limitsView>[1] = []): LimitCheckCard {
  const [card] = limitsView({ ...noRunYet, results: [shown] }, found, formatTime).checks;
  if (card === undefined) throw new Error('there is no card');
  return card;
}

describe('the section', () => {
  test('tells the budget before a run', () => {
    const view = limitsView(noRunYet, [], formatTime);
    expect(view.intro).toMatch(
      new RegExp(
        `${String(catalogue.length)} short checks.* about \\d+ s, \\d+ s of CPU time and \\d+ MiB at most\\.`,
        'u',
      ),
    );
    expect(view).toMatchObject({ sum: '', problem: '', checks: [] });
    expect(view).not.toHaveProperty('running');
  });

  test('tells what is under way', () => {
    const running = { of: 16, done: 3, underWay: ['Memory', 'CPU set'] };
    expect(limitsView({ ...noRunYet, running }, [], formatTime).running).toEqual({
      text: 'Memory, CPU set',
      done: 3,
      of: 16,
    });
    const first = { of: 16, done: 0, underWay: [] };
    expect(limitsView({ ...noRunYet, running: first }, [], formatTime).running?.text).toBe('Getting ready');
  });

  test('counts the verdicts, best first', () => {
    const results = [
      shownOf('cpu.quota'),
      shownOf('memory.limit'),
      shownOf('pids.limit', { verdict: 'inconclusive' }),
      shownOf('cpu.cpuset', { verdict: 'not-enforced' }),
    ];
    expect(limitsView({ ...noRunYet, results }, [], formatTime).sum).toBe(
      '2 enforced, 1 not enforced, 1 inconclusive.',
    );
  });
});

describe('a card', () => {
  test('has the verdict as a word and a sign, what was asked, told to the kernel and seen, and how it was before', () => {
    const card = cardOf({ ...shownOf('cpu.quota'), compared: 'enforced since 2026-03-01 10:00, 4 runs' });
    expect(card).toMatchObject({ verdict: 'Enforced', severity: 'ok', area: 'CPU', title: 'CPU time, one thread' });
    expect(card.rows.map(({ label, value }) => [label, value])).toEqual([
      ['Requested', '--cpus 0.25'],
      ['cgroup value', '25000 100000'],
      ['Measured', expect.stringContaining('CPUs used')],
      ['Before', 'enforced since 2026-03-01 10:00, 4 runs'],
    ]);
    expect(card.when).toBe('2026-03-04T05:06:07.000Z, in 4.3 s');
  });

  test('tells apart what was provoked and what is only set, and what could not be told', () => {
    const words = (more: Parameters<typeof shownOf>[1]) => {
      const { verdict, severity } = cardOf(shownOf('cpu.quota', more));
      return [verdict, severity];
    };
    expect(words({ basis: 'setting' })).toEqual(['Enforced, by its setting', 'ok']);
    expect(words({ verdict: 'not-enforced' })).toEqual(['Not enforced', 'error']);
    expect(words({ verdict: 'unsupported' })).toEqual(['Unsupported', 'info']);
    expect(words({ verdict: 'inconclusive' })).toEqual(['Inconclusive', 'warning']);
    expect(words({ verdict: 'error' })).toEqual(['Not verified', 'warning']);
  });

  test('shows text of others as text, bounded', () => {
    const evil = `\u001b[31m\u202e${'A'.repeat(100_000)}`;
    const shown = { ...shownOf('cpu.quota', { kernel: evil, observed: evil, reason: evil }), compared: evil };
    const text = JSON.stringify(cardOf(shown));
    expect(text).not.toMatch(/\\u001b|\u202e/u);
    expect(text.length).toBeLessThan(20_000);
  });
});

describe('what explains a verdict', () => {
  const dropped = shownOf('memory.limit', {}, 'dropped');
  const nesting = { ...findingOf({}, 'cgroup.v2-nesting-not-prepared'), title: 'Not prepared' };

  test('is a finding of this page where one is about the same', () => {
    expect(dropped.result.finding).toBe('runtime.dropped-limit');
    expect(cardOf(dropped, [findingOf({}), nesting]).explained).toEqual({
      text: explanations['runtime.dropped-limit'].text,
      finding: { id: 'cgroup.v2-nesting-not-prepared', title: 'Not prepared' },
    });
  });

  test('is the finding that such a one follows from', () => {
    const root = { ...findingOf({}, 'security.not-privileged'), explains: [{ ...nesting, evidence: [] }] };
    expect(cardOf(dropped, [root]).explained?.finding?.id).toBe('security.not-privileged');
  });

  test('is a sentence where nothing was found, and nothing where there is nothing to explain', () => {
    expect(cardOf(dropped, [findingOf({})]).explained).toEqual({ text: explanations['runtime.dropped-limit'].text });
    expect(cardOf(shownOf('cpu.quota'))).not.toHaveProperty('explained');
  });

  test('names rules that there are', () => {
    const ids = new Set<string>(rules.map(({ id }) => id));
    const named = Object.values(explanations).flatMap((explanation) => explanation.rules);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });
});

describe('a chart', () => {
  test("is in the reader's units, with the limit, and says what is to be seen", () => {
    const { chart } = cardOf(shownOf('memory.limit'));
    expect(chart).toMatchObject({ unit: 'MiB', stepped: false, limit: 64 });
    expect(chart?.lines.map(({ label, style }) => [label, style])).toEqual([
      ['limited', 'limited'],
      ['unlimited', 'control'],
    ]);
    expect(chart?.summary).toMatch(
      /^Limited at most 6[34]\.\d MiB, unlimited at most \d{3}\.\d MiB\. The limit is 64\.0 MiB\./u,
    );
    expect(chart?.table.head).toEqual(['Seconds', 'MiB, limited', 'MiB, unlimited']);
  });

  test('has a sign for each period in which the limit stopped the container, and their number in words', () => {
    const { chart } = cardOf(shownOf('cpu.quota'));
    const [, periods] = /stopped the container in (\d+) periods/u.exec(chart?.summary ?? '') ?? [];
    expect(chart?.stops).toHaveLength(Number(periods));
    expect(Math.min(...(chart?.stops ?? []))).toBeGreaterThan(0);
    expect(Math.max(...(chart?.stops ?? []))).toBeLessThan(chart?.width ?? 0);
    expect(chart?.table.head).toContain('Periods stopped');
    expect(chart?.stepped).toBe(true);
  });

  test('has the moment of an OOM kill', () => {
    const of = (metric: 'memory' | 'kills', ...points: [number, number][]) =>
      points.map(([at, value]) => ({ leg: 'limited', metric, at, value }));
    const samples = [...of('memory', [10, 2 ** 20], [10.4, 2 ** 26]), ...of('kills', [10, 0], [10.4, 1])];
    const { chart } = cardOf(shownOf('memory.limit', { samples }));
    expect(chart?.kills).toEqual([expect.closeTo(0.4)]);
    expect(chart?.summary).toContain('A process was OOM killed after 0.40 s.');
    expect(chart?.table.rows).toEqual([
      ['0.00', '1.0', ''],
      ['0.40', '64.0', 'yes'],
    ]);
  });

  test('begins with the container that is limited, whichever was first', () => {
    const { samples } = shownOf('memory.limit').result;
    const { chart } = cardOf(shownOf('memory.limit', { samples }));
    const backwards = [
      ...samples.filter(({ leg }) => leg === 'control'),
      ...samples.filter(({ leg }) => leg !== 'control'),
    ];
    expect(cardOf(shownOf('memory.limit', { samples: backwards })).chart).toEqual(chart);
  });

  test('keeps the limit in sight where the same without it is far above, and says how far', () => {
    const { chart } = cardOf(shownOf('io.write-bytes'));
    const control = chart?.lines.find(({ style }) => style === 'control');
    expect(chart?.top).toBeCloseTo(1.1 * 3 * 2);
    expect(control?.beyond).toMatch(/^up to \d+\.\d MiB\/s$/u);
    expect(chart?.lines.find(({ style }) => style === 'limited')).not.toHaveProperty('beyond');
  });

  test('is there for every recorded check that has one, and can be drawn', () => {
    const drawn = catalogue.flatMap(({ id, drawing }) => {
      if (drawing === undefined || ['files.storage', 'memory.swap', 'memory.oom-group'].includes(id)) return [];
      return [cardOf(shownOf(id)).chart ?? id];
    });
    expect(drawn.length).toBeGreaterThan(8);
    for (const chart of drawn) {
      if (typeof chart === 'string') throw new Error(`${chart} has no chart`);
      expect(chart.top).toBeGreaterThan(0);
      expect(chart.width).toBeGreaterThan(0);
      expect(JSON.stringify(chart)).not.toContain('null');
      expect(chart.table.rows.length).toBeGreaterThan(1);
    }
  });

  test('is not there where nothing was sampled', () => {
    expect(cardOf(shownOf('files.nofile', {}))).not.toHaveProperty('chart');
    expect(cardOf(shownOf('cpu.quota', { samples: [] }))).not.toHaveProperty('chart');
  });
});
