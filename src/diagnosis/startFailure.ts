import { steps, type NextStep } from './nextStep';
import { configurationFailures, listenerFailures } from './startFailures/configuration';
import { networkFailures } from './startFailures/network';
import { processFailures } from './startFailures/process';
import type { Signature } from './startFailures/signature';
import { storageFailures } from './startFailures/storage';

/** Why the daemon did not start, as far as its last line tells. */
export interface StartFailure {
  /** Stable id of the cause, `not-recognised` when no signature matches. */
  readonly id: string;
  readonly title: string;
  /** One sentence: what to do. */
  readonly nextStep: string;
  /** The same as something to click or paste, where there is such a thing; else the log. */
  readonly step: NextStep;
  /** The line the judgement rests on, as the daemon wrote it. */
  readonly line: string;
}

/** In the order they are tried: what names its cause exactly before what only shows the kind of error. */
export const startFailureSignatures: readonly Signature[] = [
  ...configurationFailures,
  ...listenerFailures,
  ...networkFailures,
  ...storageFailures,
  ...processFailures,
];

function filled(text: string, match: RegExpExecArray): string {
  return text.replace(/\$(\d)/g, (_, group: string) => (match[Number(group)] ?? '').trim());
}

/** Judges the decisive line of a failed start, of engines 20.10 to 29. */
export function diagnoseStart(line: string): StartFailure {
  for (const { id, pattern, title, nextStep, step } of startFailureSignatures) {
    const match = pattern.exec(line);
    if (match !== null) {
      return {
        id,
        title: filled(title, match),
        nextStep: filled(nextStep, match),
        step: step ?? steps.showLog,
        line,
      };
    }
  }
  return {
    id: 'not-recognised',
    title: 'The daemon ended with a message that is not recognised',
    nextStep: 'Read what the daemon wrote before it.',
    step: steps.showLog,
    line,
  };
}

/** Lines of level error that a healthy start may print: plugins without their tools, and leftovers being cleaned. */
const benign =
  /snapshotter|skip (?:loading )?plugin|tracing processor|load cni|blkio weight|shim disconnected|cleanup warnings|graceful shutdown|CDI directory|port state file|IPSEC|cleanup working directory|Store\.Cleanup|copy shim log|failed to mount overlay/;

/** Lines without a time stamp that are remarks: of the flag parser, of iptables and of modprobe. */
const remark = /^(?:Flag |# Warning|Warning: |WARNING: |modprobe: (?!FATAL))/;

/** A line that goes on with the message of the one before it: what iptables and modprobe printed, an exit status. */
const continuation = /^(?:\s|\(exit status|Perhaps ip|ip6?tables(?:-\w+)? v|modprobe: )/;

/** journald's prefix: time, host, program with its process id. */
const journalPrefix = /^\S+ \S+ dockerd\[\d+\]: /;

/** The value of a logfmt field (`msg="..."`), unescaped. */
function field(line: string, name: string): string | undefined {
  const quoted = new RegExp(` ${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(line)?.[1];
  return quoted?.replace(/\\(.)/g, '$1') ?? new RegExp(` ${name}=([^\\s"]+)`).exec(line)?.[1];
}

/** The message of a log line that tells of a failure; undefined for everything else. */
function failureIn(line: string): string | undefined {
  if (!/ level=(?:error|fatal) /.test(line)) return undefined;
  const message = field(line, 'msg') ?? line;
  const error = field(line, 'error');
  const whole = error === undefined || error === '<nil>' ? message : `${message}: ${error}`;
  return benign.test(whole) ? undefined : whole;
}

/**
 * The line with which a daemon gave up, out of the last lines of its log (oldest first). That is the last one without a
 * time stamp, with the lines that continue it, else the last of level error or fatal. Lines before the newest
 * "Starting up" belong to an earlier attempt and do not count.
 */
export function lastDecisiveLine(lines: readonly string[]): string | undefined {
  const tail: string[] = [];
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = (lines[at] ?? '').replace(journalPrefix, '');
    if (line.trim() === '') continue;
    if (line.startsWith('time="')) {
      tail.length = 0;
      if (/ msg="Starting up"/.test(line)) return undefined;
      const failure = failureIn(line);
      if (failure !== undefined) return failure;
      continue;
    }
    tail.unshift(line.trim());
    if (continuation.test(line) || /^(?:goroutine \d|\[signal|main\.|runtime\.|\S+\.go:\d)/.test(line)) continue;
    const [first = ''] = tail;
    if (/^(?:panic|fatal error): /.test(first)) return first;
    if (!remark.test(first)) return tail.join(' ');
    tail.length = 0;
  }
  return undefined;
}
