import type { Diagnosis } from '../../../src/diagnosis/diagnosisSchema';
import type { RuleId } from '../../../src/diagnosis/ruleIds';
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { areas, type Finding } from '../../../src/diagnosis/finding';
import { reportJunit } from '../../../src/report/junit';
import { reportMarkdown } from '../../../src/report/markdown';
import { diagnosisReport } from '../../../src/report/model';
import { reportSarif } from '../../../src/report/sarif';
import { reportText } from '../../../src/report/text';
import { paintFor } from '../../../src/cli/terminal';

function finding(id: RuleId, severity: Finding['severity']): Finding {
  return {
    id,
    area: 'daemon',
    severity,
    title: `Title of ${id}`,
    cause: 'Its cause.',
    evidence: [{ source: '/proc/1', value: 'read' }],
    consequence: 'Its consequence.',
    remedy: { summary: 'Do this.', command: 'docker info', risk: 'none' },
    docs: [],
    explains: [{ id: 'socket.socket-absent', title: 'A symptom', evidence: [] }],
  };
}

const diagnosis: Diagnosis = {
  schema: 1,
  takenAt: '2026-01-02T03:04:05.000Z',
  findings: [finding('daemon.containerd-died', 'error'), finding('daemon.zombie-shims', 'info')],
  undecided: [{ id: 'kernel.keyring-quota', area: 'kernel', reason: 'it was not readable' }],
  areas: areas.map((area) => ({
    area,
    severity: area === 'daemon' ? ('error' as const) : area === 'kernel' ? ('undecided' as const) : ('ok' as const),
  })),
  sum: { info: 1, warning: 0, error: 1, undecided: 1 },
  engineWorks: false,
  platform: [],
};

test('every finding, every check that could not be made and every area without a finding is one check', () => {
  const report = diagnosisReport(diagnosis);
  expect(report.findings.map(({ id, outcome, areaTitle }) => [id, outcome, areaTitle])).toEqual([
    ['daemon.containerd-died', 'failed', 'Daemon'],
    ['daemon.zombie-shims', 'noted', 'Daemon'],
  ]);
  expect(report.skipped.map(({ id, outcome, cause }) => [id, outcome, cause])).toEqual([
    ['kernel.keyring-quota', 'skipped', 'it was not readable'],
  ]);
  expect(report.passed.map(({ id }) => id)).toEqual(areas.filter((area) => area !== 'daemon' && area !== 'kernel'));
  expect(report.summary).toBe('1 error, 1 note; 1 check skipped.');
  const daemon = report.areas.find(({ id }) => id === 'daemon');
  expect(daemon?.findings).toEqual(report.findings);
});

test('each form of report tells the same checks', () => {
  const report = diagnosisReport(diagnosis);
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });
  const suite = (parser.parse(reportJunit(report)) as { testsuite: Record<string, unknown> }).testsuite;
  expect(suite).toMatchObject({ tests: '13', failures: '1', errors: '0', skipped: '1' });
  const sarif = JSON.parse(reportSarif(report, '1')) as {
    runs: [{ results: { ruleId: string; level: string }[]; invocations: [{ toolExecutionNotifications: unknown[] }] }];
  };
  expect(sarif.runs[0].results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
    ['daemon.containerd-died', 'error'],
    ['daemon.zombie-shims', 'note'],
  ]);
  expect(sarif.runs[0].invocations[0].toolExecutionNotifications).toHaveLength(1);
  const text = reportText(report, paintFor(false)).join('\n');
  const markdown = reportMarkdown(report);
  for (const { title } of report.findings) expect(text).toContain(title);
  for (const { id } of [...report.findings, ...report.skipped]) expect(markdown).toContain(`\` ${id} \``);
  expect(text).toContain('? 1 check skipped: it was not readable');
});

test('the verdict is in front of everything and at the end, with what to do first', () => {
  const verdict = {
    ...{ title: 'Docker is stopped', severity: 'info' as const, verified: null, note: '' },
    action: { label: 'Start Docker', command: 'dind-station start' },
  };
  const none = { ...diagnosis, findings: [], sum: { info: 0, warning: 0, error: 0, undecided: 0 }, verdict };
  const lines = reportText(diagnosisReport(none), paintFor(false));
  expect(lines.slice(0, 4)).toEqual(['• Docker is stopped', '    Start Docker', '      dind-station start', '']);
  // No check has failed, and yet it is not well.
  expect(lines.at(-1)).toBe('Docker is stopped. No check failed.');
  expect(reportMarkdown(diagnosisReport(none))).toContain('**Docker is stopped.** No check failed.');

  const proven = {
    title: 'Docker is running',
    severity: 'ok',
    verified: 'yes',
    note: 'verified: x',
    action: null,
  } as const;
  const well = reportText(diagnosisReport({ ...none, verdict: proven }), paintFor(false));
  expect([well[0], well[1]]).toEqual(['✓ Docker is running (verified: x)', '']);
  expect(well.at(-1)).toBe('Docker is running (verified: x). No problems found.');
  expect(reportText(diagnosisReport(diagnosis), paintFor(false))[0]).not.toContain('Docker is');
});
