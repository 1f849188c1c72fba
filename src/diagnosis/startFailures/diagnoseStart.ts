import type { StartCauseId } from '../../host/causeIds';
import { steps, type NextStep } from '../nextStep';
import { configurationFailures, listenerFailures } from './configuration';
import { networkFailures } from './network';
import { processFailures } from './process';
import type { Signature } from './signature';
import { storageFailures } from './storage';

/** Why the daemon did not start, as far as its last line tells. */
export interface StartFailure {
  /** Stable id of the cause, `not-recognised` when no signature matches. */
  readonly id: StartCauseId | 'not-recognised';
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
const remark = /^(?:Flag |# Warning|Warning: |WARNING: |modprobe: )/;

/** How the message begins with which dockerd gives up; what iptables printed may follow on lines of its own. */
const givingUp =
  /^(?:failed to |unable to configure |Error starting daemon|dockerd needs |unknown (?:shorthand )?flag\b)/;

/** A line that goes on with the message of the one before it. */
const continuation = /^(?:\s|\(exit status|Perhaps ip|ip6?tables(?:-\w+)? v|Extension |modprobe: )/;

/** The first line of a dying Go program; the stacks of its goroutines follow. */
const panic = /^(?:panic: |fatal error: |unexpected fault address )/;

/** journald's prefix: time in one to three words, host, program with its process id. */
const journalPrefix = /^\S+(?: \S+){1,4}? dockerd\[\d+\]: /;

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

/** Where the lines without a time stamp end that begin at `from`. */
function endOfBlock(lines: readonly string[], from: number): number {
  const end = lines.findIndex((line, index) => index > from && line.startsWith('time="'));
  return end === -1 ? lines.length : end;
}

/** The message in neighbouring lines without time stamps; undefined when they are all remarks. */
function messageIn(block: readonly string[]): string | undefined {
  let start = block.findLastIndex((line) => givingUp.test(line));
  if (start === -1) start = block.findLastIndex((line) => !continuation.test(line) && !remark.test(line));
  return start === -1
    ? undefined
    : block
        .slice(start)
        .filter((line, index) => index === 0 || !remark.test(line))
        .map((line) => line.trim())
        .join(' ');
}

/** A daemon that says so has started: what it logs from then on is about requests, or about how it ended. */
const listens = / msg="?API listen on /;

/** Where the newest attempt stands in the log, without what a journal puts before its lines, and without empty ones. */
interface Attempt {
  /** All of it, or what came after it had started. */
  readonly lines: readonly string[];
  readonly started: boolean;
}

function newestAttempt(lines: readonly string[], started: boolean): Attempt {
  const all = lines.map((line) => line.replace(journalPrefix, '')).filter((line) => line.trim() !== '');
  const begin = all.findLastIndex((line) => line.startsWith('time="') && / msg="?Starting up/.test(line)) + 1;
  const listening = all.findLastIndex((line) => line.startsWith('time="') && listens.test(line)) + 1;
  return { lines: all.slice(Math.max(begin, listening)), started: listening > begin || (started && begin === 0) };
}

/** The first line of the panic that ended a daemon which had started; undefined when there was none. */
export function lastPanic(lines: readonly string[], startedBefore = false): string | undefined {
  const attempt = newestAttempt(lines, startedBefore);
  return attempt.started ? attempt.lines.find((line) => panic.test(line)) : undefined;
}

/**
 * The line with which a daemon gave up at its start, out of the last lines of its log (oldest first): the beginning of a
 * panic, else the last message without a time stamp, with the lines that continue it, else the last line of level error or
 * fatal. Lines before the newest "Starting up" belong to an earlier attempt and do not count. Behind "API listen on" only
 * the words count with which a later attempt gave up before it said that it starts, as over a wrong daemon.json.
 *
 * @param startedBefore the daemon that wrote the first of these lines is known to have started
 */
export function lastDecisiveLine(lines: readonly string[], startedBefore = false): string | undefined {
  const { lines: attempt, started } = newestAttempt(lines, startedBefore);
  if (started) {
    const again = attempt.findLastIndex((line) => givingUp.test(line));
    return again === -1 ? undefined : messageIn(attempt.slice(again, endOfBlock(attempt, again)));
  }
  const died = attempt.find((line) => panic.test(line));
  if (died !== undefined) return died;
  let error: string | undefined;
  const block: string[] = [];
  for (const line of attempt.toReversed()) {
    if (!line.startsWith('time="')) {
      block.unshift(line);
      continue;
    }
    const message = messageIn(block);
    if (message !== undefined) return message;
    block.length = 0;
    error ??= failureIn(line);
  }
  return messageIn(block) ?? error;
}
