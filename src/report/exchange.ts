import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import { harmlessText } from './text';

/** Characters that XML 1.0 cannot hold are gone by `harmlessText`; lone surrogates go here. */
function xml(text: string): string {
  return harmlessText(text)
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}

/** JUnit's XML: one test case a finding or an undecided rule; remarks pass. */
export function reportJunit(diagnosis: Diagnosis): string {
  const cases = diagnosis.findings.map(({ id, area, severity, title, cause, consequence, remedy }) => {
    const text = `${cause} ${consequence} ${remedy.summary} ${remedy.command}`;
    const open = `  <testcase classname="dind-station.${area}" name="${xml(id)}"`;
    return severity === 'info'
      ? `${open}/>`
      : `${open}><failure type="${severity}" message="${xml(title)}">${xml(text)}</failure></testcase>`;
  });
  const skipped = diagnosis.undecided.map(
    ({ id, area, reason }) =>
      `  <testcase classname="dind-station.${area}" name="${xml(id)}"><skipped message="${xml(reason)}"/></testcase>`,
  );
  const fine = diagnosis.areas
    .filter(({ severity }) => severity === 'ok')
    .map(({ area }) => `  <testcase classname="dind-station.${area}" name="${area}"/>`);
  const all = [...cases, ...skipped, ...fine];
  const failures = diagnosis.sum.error + diagnosis.sum.warning;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="dind-station doctor" tests="${String(all.length)}" failures="${String(failures)}" errors="0" skipped="${String(skipped.length)}" timestamp="${xml(diagnosis.takenAt)}">`,
    ...all,
    '</testsuite>',
    '',
  ].join('\n');
}

/** SARIF 2.1.0, for what shows findings of analysers. */
export function reportSarif(diagnosis: Diagnosis, version: string): string {
  const level = { ok: 'none', info: 'note', warning: 'warning', error: 'error' } as const;
  const run = {
    tool: {
      driver: {
        name: 'dind-station doctor',
        version,
        rules: diagnosis.findings.map(({ id, title, consequence, remedy }) => ({
          id,
          shortDescription: { text: harmlessText(title) },
          fullDescription: { text: harmlessText(consequence) },
          help: { text: harmlessText(`${remedy.summary} ${remedy.command}`) },
        })),
      },
    },
    results: diagnosis.findings.map(({ id, severity, title, cause, evidence }, ruleIndex) => ({
      ruleId: id,
      ruleIndex,
      level: level[severity],
      message: { text: harmlessText(`${title}. ${cause}`) },
      properties: { evidence: evidence.map(({ source, value }) => `${harmlessText(source)}: ${harmlessText(value)}`) },
    })),
    invocations: [
      {
        executionSuccessful: true,
        toolExecutionNotifications: diagnosis.undecided.map(({ id, reason }) => ({
          descriptor: { id },
          level: 'note',
          message: { text: harmlessText(reason) },
        })),
      },
    ],
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, null, 2)}\n`;
}
