import { countVerdicts, type LimitsReport, type ProofResult } from '../limits/report';

/** Characters that XML 1.0 has no way to write are dropped; the rest is escaped. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}

function outcome({ verdict, reason, asked, kernel, observed }: ProofResult): string {
  const text = `asked: ${asked}\nkernel: ${kernel}\nobserved: ${observed}`.split('\n').map(escape).join('\n');
  const message = escape(reason);
  switch (verdict) {
    case 'enforced':
      return `<system-out>${message}\n${text}</system-out>`;
    case 'not-enforced':
      return `<failure type="not-enforced" message="${message}">${text}</failure>`;
    case 'unsupported':
      return `<skipped message="${message}"/>`;
    case 'inconclusive':
    case 'error':
      return `<error type="${verdict}" message="${message}">${text}</error>`;
  }
}

/** The run as JUnit's XML, one test case a proof: not enforced fails, unsupported is skipped, what was not told is an error. Pure. */
export function junitXml(report: LimitsReport): string {
  const counts = countVerdicts(report.results);
  const cases = report.results.map(
    (result) =>
      `    <testcase classname="limits.${result.area}" name="${escape(`${result.id}: ${result.title}`)}" time="${(result.ms / 1000).toFixed(3)}">${outcome(result)}</testcase>`,
  );
  const attributes = `tests="${String(report.results.length)}" failures="${String(counts['not-enforced'])}" errors="${String(counts.error + counts.inconclusive)}" skipped="${String(counts.unsupported)}" time="${(report.ms / 1000).toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    `  <testsuite name="dind-station limits" timestamp="${escape(report.startedAt)}" ${attributes}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}
