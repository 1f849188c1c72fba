import * as fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { actionIds } from '../../../src/diagnosis/actions';
import { diagnose } from '../../../src/diagnosis/diagnose';
import { diagnosisSchema } from '../../../src/diagnosis/diagnosisSchema';
import { reportJunit } from '../../../src/report/junit';
import { reportMarkdown } from '../../../src/report/markdown';
import { diagnosisReport } from '../../../src/report/model';
import { reportSarif } from '../../../src/report/sarif';
import { reportText } from '../../../src/report/text';
import { rules } from '../../../src/diagnosis/rules/allRules';
import { paintFor } from '../../../src/cli/terminal';
import type { Facts } from '../../../src/host/facts/facts';
import { down, healthyFacts } from './healthy';

test('healthy facts give nothing, and nothing is undecided', () => {
  const { findings, undecided, sum, engineWorks } = diagnose(healthyFacts());
  expect(findings).toEqual([]);
  expect(undecided).toEqual([]);
  expect(sum).toEqual({ info: 0, warning: 0, error: 0, undecided: 0 });
  expect(engineWorks).toBe(true);
});

test('ids are unique, and an area goes before each', () => {
  const ids = rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+\.[a-z0-9-]+$/);
});

test('what a rule explains exists', () => {
  const ids = rules.map(({ id }) => id);
  const unknown = rules.flatMap(({ id, explains }) =>
    explains
      .filter((one) => !ids.some((other) => (one.endsWith('*') ? other.startsWith(one.slice(0, -1)) : other === one)))
      .map((one) => `${id} -> ${one}`),
  );
  expect(unknown).toEqual([]);
});

test('a slice that cannot be read leaves its rules undecided, never silent', () => {
  const facts: Facts = { ...healthyFacts(), cgroup: { unreadable: '/proc/self/cgroup: EACCES' } };
  const { undecided } = diagnose(facts);
  const ids = undecided.map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining(rules.filter(({ needs }) => needs.includes('cgroup')).map(({ id }) => id)),
  );
  expect(undecided[0]?.reason).toContain('/proc/self/cgroup: EACCES');
});

test('one fault is one error, with what follows from it under it', () => {
  const { findings } = diagnose(
    healthyFacts((facts) => {
      down(facts);
      facts.capabilities.value.own.bounding = ['CHOWN'];
      facts.daemonLog.value.lastStart = [
        'failed to start daemon: Error initializing network controller: failed to create NAT chain DOCKER: x',
      ];
    }),
  );
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ id }) => id)).toEqual(['security.not-privileged']);
  expect(errors[0]?.explains.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['start.nat-chain', 'socket.socket-absent']),
  );
});

test('remedies have a command, and their actions are of the list', () => {
  const { findings } = diagnose(healthyFacts(down));
  expect(findings.length).toBeGreaterThan(0);
  for (const { remedy } of findings) {
    expect(remedy.command).not.toBe('');
    if (remedy.action !== undefined) expect(actionIds).toContain(remedy.action);
  }
});

function paths(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => paths(item, [...path, key]))];
}

test('never throws, whatever became of the facts, and every report can be written', () => {
  const all = paths(healthyFacts()).filter((path) => path.length > 0);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...all), fc.anything()), { minLength: 1, maxLength: 6 }),
      (changes) => {
        const facts = healthyFacts() as unknown as Record<string, unknown>;
        for (const [path, value] of changes) {
          const parent = path
            .slice(0, -1)
            .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], facts);
          if (typeof parent === 'object' && parent !== null && !Object.isFrozen(parent)) {
            Reflect.set(parent, path.at(-1) ?? '', value);
          }
        }
        const diagnosis = diagnose(facts as unknown as Facts);
        v.parse(diagnosisSchema, diagnosis);
        reportText(diagnosisReport(diagnosis), paintFor(false));
        reportMarkdown(diagnosisReport(diagnosis));
        reportJunit(diagnosisReport(diagnosis));
        reportSarif(diagnosisReport(diagnosis), '1');
      },
    ),
    { numRuns: 1000 },
  );
});

test('a hostile log line is shown as text', () => {
  const diagnosis = diagnose(
    healthyFacts((facts) => {
      facts.daemonLog.value.errors = [
        `time="x" level=error msg="\u001b[31m<script>alert(1)</script> \u009b2J ${'A'.repeat(100_000)}"`,
      ];
    }),
  );
  expect(diagnosis.findings.map(({ id }) => id)).toEqual(['log.not-recognised']);
  expect(diagnosis.findings[0]).toMatchObject({ severity: 'warning', title: expect.stringContaining('alert(1)') });
  const text = reportText(diagnosisReport(diagnosis), paintFor(false)).join('\n');
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(reportMarkdown(diagnosisReport(diagnosis)).length).toBeLessThan(10_000);
  expect(reportJunit(diagnosisReport(diagnosis))).not.toContain('<script>');
});

test('a daemon that ended and was not waited for counts as gone', () => {
  const { findings } = diagnose(
    healthyFacts((facts) => {
      const zombies = facts.processes.value.dockerd.map((one) => ({ ...one, state: 'Z' }));
      const files = facts.pidFiles.value.map((file) => ({
        ...file,
        ...(file.process && { process: { ...file.process, state: 'Z' } }),
      }));
      down(facts);
      facts.processes.value.dockerd = zombies;
      facts.pidFiles.value = files;
    }),
  );
  expect(findings.filter(({ severity }) => severity === 'error').map(({ id }) => id)).toEqual([
    'daemon.dockerd-killed-leftovers',
  ]);
});
