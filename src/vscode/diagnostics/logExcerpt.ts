import type { Finding } from '../../diagnosis/finding';
import type { Facts } from '../../host/facts/facts';
import type { LogExcerpt, LogLevel } from '../../webview/protocol';
import { sanitizeForPage } from '../../util/sanitize';
import { formatBytes } from '../../util/format';

const levels: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warning',
  warning: 'warning',
  error: 'error',
  fatal: 'error',
  panic: 'error',
};

/** What a line that has no level begins with when dockerd gives up. */
const fatalPrefix = /^(?:failed to |unable to |Error|panic:|fatal error:|\S*dockerd:)/u;

/** The level a line names, of logfmt and of JSON; what names none is information, dockerd's last words excepted. */
export function levelOf(line: string): LogLevel {
  // Only the beginning: a message can quote another's level.
  const named = /\blevel=(\w+)|"level":\s*"(\w+)"/u.exec(line.slice(0, 200));
  const level = levels[named?.[1] ?? named?.[2] ?? ''];
  return level ?? (fatalPrefix.test(line) ? 'error' : 'info');
}

/** Shorter evidence (a path, `EPERM`) would mark lines it has nothing to do with. */
const minMark = 20;

/** No line in the facts is longer; what is more of a mark, or of marks, could only keep the search busy. */
const maxMark = 4000;
const maxMarks = 200;

/** The texts findings rest on that can be lines of a log, with the finding each belongs to. */
function marksOf(findings: readonly Finding[]): readonly { readonly text: string; readonly finding: string }[] {
  const marks = findings.flatMap(({ id, evidence, explains }) =>
    [...evidence, ...explains.flatMap((symptom) => symptom.evidence)]
      .filter(({ value }) => value.length >= minMark)
      .map(({ value }) => ({ text: value.slice(0, maxMark), finding: id })),
  );
  return marks.slice(0, maxMarks);
}

/** The log since the last start, each line with its level, and with the finding that rests on it. */
export function logExcerpt(facts: Facts, findings: readonly Finding[]): LogExcerpt {
  const fact = facts.daemonLog;
  if (!('value' in fact))
    return {
      note: `The log could not be read: ${sanitizeForPage(fact.unreadable, 300)}.`,
      lines: [],
    };
  const { path, sizeBytes, lastStart, startFound } = fact.value;
  const marks = marksOf(findings);
  const what = startFound ? 'since the last start' : 'the end of the file, in which no start is found';
  return {
    note: `${sanitizeForPage(path, 300)}, ${formatBytes(sizeBytes)}: ${what}, ${String(lastStart.length)} lines.`,
    lines: lastStart.map((line) => {
      const finding = marks.find(
        ({ text }) => line.includes(text) || (line.length >= minMark && text.includes(line)),
      )?.finding;
      return { text: sanitizeForPage(line), level: levelOf(line), ...(finding !== undefined && { finding }) };
    }),
  };
}
