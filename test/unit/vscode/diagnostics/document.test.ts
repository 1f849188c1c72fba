import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { valueOf } from '../../../../src/host/facts/fact';
import { pasteable, rawJson, reportDocument } from '../../../../src/vscode/diagnostics/document';
import { findingOf } from './findings';
import { shownOf } from './proven';
import { healthyFacts, inputOf } from './pageInputs';

describe('reports', () => {
  test('have all sections, after the sentence that says why there is a document', async () => {
    const text = reportDocument(inputOf(await healthyFacts()), 'No page here.');
    expect(text.startsWith('No page here.\n\n**Docker is running.**')).toBe(true);
    expect(text.match(/^#{1,2} .+$/gmu)).toEqual(
      expect.arrayContaining(['# Docker diagnosis', '## Control groups', '## Platform', '## Facts', '## History']),
    );
    expect(text).toContain('/sys/fs/cgroup');
  });

  test('let no secret out, in none of their forms', async () => {
    const facts = await healthyFacts();
    const log = valueOf(facts.daemonLog);
    const processes = valueOf(facts.processes);
    if (log === undefined || processes === undefined) throw new Error('this machine has both');
    const line = 'level=error msg="login to https://user:hunter2@registry.test with token=hunter2 failed"';
    const argv = ['dockerd', '--registry-password', 'hunter2'];
    const planted = {
      ...facts,
      daemonLog: { value: { ...log, lastStart: [line], errors: [line] } },
      processes: {
        value: {
          ...processes,
          dockerd: [{ pid: 7, ppid: 1, comm: 'dockerd', state: 'S', startedAt: '2026-03-04T05:06:07Z', argv }],
        },
      },
    };
    const finding = { ...findingOf({}), evidence: [{ source: 'log', value: line }] };
    const limits = [shownOf('cpu.quota', { observed: line, reason: line })];
    const input = inputOf(planted, { diagnosis: { ...diagnose(planted), findings: [finding] }, limits });
    expect(JSON.stringify(input)).toContain('hunter2');
    for (const text of [reportDocument(input), rawJson(input), pasteable(input)]) {
      expect(text).not.toContain('hunter2');
    }
    expect(reportDocument(input)).toContain('process 7');
    expect(JSON.parse(rawJson(input))).toHaveProperty('facts.schema', 1);
  });

  test('cannot be made into markup by what they hold', async () => {
    const facts = await healthyFacts();
    const title = '](https://evil.test) <img src=x> ![x](y)\n# heading';
    const diagnosis = { ...diagnose(facts), findings: [{ ...findingOf({}), title }] };
    const limits = [shownOf('cpu.quota', { observed: title, kernel: title, reason: title })];
    const text = reportDocument(inputOf(facts, { diagnosis, limits }));
    expect(text).not.toMatch(/(?<!\\)<img|(?<!\\)\]\(https:\/\/evil|^# heading/mu);
  });
});
