import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { areas } from '../../../../src/diagnosis/finding';
import { valueOf } from '../../../../src/host/facts/fact';
import type { Facts } from '../../../../src/host/facts/facts';
import { areaDescriptions } from '../../../../src/vscode/diagnostics/descriptions';
import { levelOf } from '../../../../src/vscode/diagnostics/logExcerpt';
import { pageOf } from '../../../../src/vscode/diagnostics/page';
import { findingOf } from './findings';
import { verdictOf } from '../states';
import { healthyFacts, inputOf, unpreparedFacts } from './pageInputs';

describe('the banner', () => {
  test('is what the bar says, with what was proven and the sum', async () => {
    const facts = await unpreparedFacts();
    const verdict = verdictOf({
      ...{ headline: 'The disk is full', explanation: 'No byte is left.', severity: 'error' },
      verification: 'responding, not verified: verification is off',
    });
    const { banner } = pageOf(inputOf(facts, { verdict }));
    expect(banner).toMatchObject({ severity: 'error', headline: 'The disk is full' });
    expect(banner.detail).toMatch(
      /^No byte is left\. Responding, not verified: verification is off\. \d+ errors?, .*skipped\.$/u,
    );
  });

  test('offers what fits the state, and the log always', async () => {
    const facts = await healthyFacts();
    const nextSteps = [
      { label: 'Start Docker', action: 'start' as const },
      { label: 'Refresh', action: 'refresh' as const },
      { label: 'Copy', command: 'ls' },
    ];
    const verdict = verdictOf({ headline: 'Docker is not running', nextSteps });
    expect(pageOf(inputOf(facts, { verdict })).commands.map(({ name }) => name)).toEqual(['start', 'show-log']);
  });
});

describe('a finding', () => {
  test('keeps the order of the diagnosis, and has a button only where the editor can do something', async () => {
    const facts = await unpreparedFacts();
    const diagnosis = diagnose(facts);
    const { findings } = pageOf(inputOf(facts));
    expect(findings.map(({ id }) => id)).toEqual(diagnosis.findings.map(({ id }) => id));
    const nesting = findings.find(({ id }) => id === 'cgroup.v2-nesting-not-prepared');
    expect(nesting?.remedy.button?.label).toContain('hand its controllers down');
    expect(nesting?.remedy.undo).not.toBe('');
    // No helper was recorded; that one is set up by a command of the editor.
    expect(findings.find(({ id }) => id === 'helper.missing')?.remedy.button?.label).toMatch(/^Set up/);
    const byHand = diagnosis.findings.find(({ id, remedy }) => remedy.action === undefined && id !== 'helper.missing');
    expect(findings.find(({ id }) => id === byHand?.id)?.remedy).not.toHaveProperty('button');
  });

  test('says what its remedy costs, and why an attempt failed', async () => {
    const facts = await healthyFacts();
    const finding = findingOf({ action: 'remount-proc-sys', risk: 'restarts-daemon' });
    const diagnosis = { ...diagnose(facts), findings: [finding] };
    const attempts = new Map([[finding.id, 'sudo refused']]);
    const [card] = pageOf(inputOf(facts, { diagnosis, attempts })).findings;
    expect(card?.remedy.button?.cost).toBe('The daemon is restarted.');
    expect(card?.attempt).toBe('sudo refused');
  });

  test('has its symptoms under it', async () => {
    const facts = await healthyFacts();
    const symptom = { id: 'start.refused' as const, title: 'It did not start', evidence: [] };
    const diagnosis = { ...diagnose(facts), findings: [{ ...findingOf({}), explains: [symptom] }] };
    expect(pageOf(inputOf(facts, { diagnosis })).findings[0]?.symptoms).toEqual([symptom]);
  });

  test('links to https only', async () => {
    const facts = await healthyFacts();
    const docs = ['https://docs.docker.com/', 'command:workbench.action.quit', 'javascript:alert(1)', 'https://a b'];
    const diagnosis = { ...diagnose(facts), findings: [{ ...findingOf({}), docs }] };
    expect(pageOf(inputOf(facts, { diagnosis })).findings[0]?.docs).toEqual(['https://docs.docker.com/']);
  });

  test('is explained for every area', () => {
    expect(Object.keys(areaDescriptions).toSorted()).toEqual([...areas].toSorted());
    for (const meaning of Object.values(areaDescriptions)) expect(meaning).toMatch(/\.$/u);
  });
});

describe('the log', () => {
  const line = 'time="2026-03-04T05:06:07Z" level=error msg="failed to do something with a long name"';

  async function withLog(lines: readonly string[]): Promise<Facts> {
    const facts = await healthyFacts();
    const log = valueOf(facts.daemonLog);
    if (log === undefined) throw new Error('this machine has a log');
    return { ...facts, daemonLog: { value: { ...log, lastStart: lines, startFound: true } } };
  }

  test('marks the lines that findings rest on, and no others', async () => {
    const facts = await withLog(['level=info msg="all is well with this one"', line]);
    const evidence = [
      { source: '/var/log/dockerd.log', value: line },
      { source: 'connect', value: 'level' },
    ];
    const diagnosis = { ...diagnose(facts), findings: [{ ...findingOf({}), evidence }] };
    expect(pageOf(inputOf(facts, { diagnosis })).log.lines.map(({ finding }) => finding)).toEqual([
      undefined,
      'storage.data-root-full',
    ]);
  });

  test('says why it is not there', async () => {
    const facts = await healthyFacts();
    const daemonLog = { unreadable: '/var/log/dockerd.log: EACCES' };
    const { log } = pageOf(inputOf({ ...facts, daemonLog }));
    expect(log).toEqual({ note: 'The log could not be read: /var/log/dockerd.log: EACCES.', lines: [] });
  });

  test.each([
    ['time="x" level=warning msg="level=error"', 'warning'],
    ['{"level":"fatal","msg":"x"}', 'error'],
    ['failed to start daemon: x', 'error'],
    ['anything else', 'info'],
    ['time="x" level=debug msg=y', 'debug'],
    ['level=unheard-of', 'info'],
  ])('%s has level %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });
});

describe('the history', () => {
  test('is what the helper wrote down and what this window saw, newest first', async () => {
    const facts = await healthyFacts();
    const helper = valueOf(facts.helper);
    if (helper === undefined) throw new Error('the helper is always read');
    const history = [
      { at: '2026-03-04T05:00:00Z', what: 'start', why: 'asked for', ms: 1500 },
      { at: 'not a time', what: 'x', why: 'y', ms: 0 },
      { at: '2026-03-04T05:10:00Z', what: 'crash', why: '\u001b[31mkilled', ms: 0 },
    ];
    const transitions = [{ at: Date.UTC(2026, 2, 4, 5, 5), headline: 'Docker is running', explanation: '' }];
    const page = pageOf(inputOf({ ...facts, helper: { value: { ...helper, history } } }, { transitions }));
    expect(page.history.map(({ what, took }) => [what, took])).toEqual([
      ['crash', ''],
      ['Docker is running', ''],
      ['start', '1.5 s'],
    ]);
    expect(page.history[0]?.why).toBe('<U+001B>[31mkilled');
  });
});

describe('what others say', () => {
  test('is bounded and harmless, wherever it stands', async () => {
    const facts = await healthyFacts();
    const evil = `\u001b]0;x\u0007\u202e<script>${'A'.repeat(5_000_000)}`;
    const finding = {
      ...findingOf({ summary: evil, command: evil }),
      title: evil,
      cause: evil,
      consequence: evil,
      evidence: Array.from({ length: 500 }, () => ({ source: evil, value: evil })),
    };
    const diagnosis = { ...diagnose(facts), findings: [finding] };
    const verdict = verdictOf({ headline: evil, explanation: evil, verification: evil, note: evil });
    const engine = valueOf(facts.engine);
    if (engine?.version.outcome !== 'ok') throw new Error('this machine has an engine');
    const version = { ...engine.version, value: { ...engine.version.value, version: evil } };
    const began = performance.now();
    const text = JSON.stringify(
      pageOf(inputOf({ ...facts, engine: { value: { ...engine, version } } }, { diagnosis, verdict })),
    );
    // Some tens of milliseconds; a search of each line in 5 MB, 500 times, takes many seconds.
    expect(performance.now() - began).toBeLessThan(4000);
    expect(text.length).toBeLessThan(300_000);
    expect(text).not.toMatch(/\\u001b|\\u0007|\u202e/u);
  }, 30_000);

  test('does not stop the page where nothing could be read at all', async () => {
    const facts = await healthyFacts();
    const names = Object.keys(facts).filter((name) => !['schema', 'takenAt', 'tookMs'].includes(name));
    const nothing = { ...facts, ...Object.fromEntries(names.map((name) => [name, { unreadable: 'no answer' }])) };
    const page = pageOf(inputOf(nothing));
    expect(page.cgroups).toEqual({ unreadable: 'no answer' });
    expect(page.summaryCards.flatMap(({ rows }) => rows.map(({ value }) => value))).toContain('no answer');
    expect(page.skipped.length).toBeGreaterThan(50);
  });
});
