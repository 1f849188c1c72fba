import { lastDecisiveLine } from './startFailures/decisiveLine';

/** One thing that went wrong, as the daemon's log tells of it. */
export interface LogEvent {
  /** What the decisive line says, without time and level: the answer to a request, else the first line of the event. */
  readonly message: string;
  /** That line, as it was written. */
  readonly line: string;
  /** What else was logged of the same container within the same second. */
  readonly others: readonly string[];
  /** Milliseconds since the epoch; undefined for a line without a time. */
  readonly at: number | undefined;
}

/** Events that say the same of different containers, ports and processes. */
export interface LogEventGroup {
  readonly newest: LogEvent;
  readonly count: number;
}

/** Lines of one event are logged within this time, in milliseconds. */
const eventMs = 1000;

/** How much of a line is judged. */
const maxLine = 4000;

/** When a line was written, by its own stamp. */
export function timeOf(line: string): number | undefined {
  const stamp = /(?:^| )time="?([^" ]+)|"time":"([^"]+)"/.exec(line.slice(0, maxLine));
  const at = Date.parse(stamp?.[1] ?? stamp?.[2] ?? '');
  return Number.isNaN(at) ? undefined : at;
}

function containerOf(line: string): string | undefined {
  return /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/.exec(line)?.[0];
}

function isAnswer({ message }: Pick<LogEvent, 'message'>): boolean {
  return message.startsWith('Handler for ');
}

function sameEvent(event: LogEvent, line: string, at: number | undefined): boolean {
  const container = containerOf(line);
  if (container === undefined || event.at === undefined || at === undefined) return false;
  return containerOf(event.line) === container && Math.abs(at - event.at) <= eventMs;
}

/** Lines about errors as events, oldest first. What a healthy daemon writes, too, is none. */
export function logEvents(lines: readonly string[]): readonly LogEvent[] {
  const events: LogEvent[] = [];
  for (const line of lines) {
    // A benign line has no decisive message; one with it is judged by what it says.
    const message = lastDecisiveLine([line.slice(0, maxLine)]);
    if (message === undefined) continue;
    const at = timeOf(line);
    const index = events.findLastIndex((event) => sameEvent(event, line, at));
    const known = events[index];
    if (known === undefined) events.push({ message, line, others: [], at });
    else if (isAnswer({ message }) && !isAnswer(known))
      events[index] = { message, line, others: [...known.others, known.line], at };
    else events[index] = { ...known, others: [...known.others, line] };
  }
  return events;
}

/** By what they say, the newest first. */
export function groupedEvents(events: readonly LogEvent[]): readonly LogEventGroup[] {
  const groups = new Map<string, LogEventGroup>();
  for (const newest of events) {
    const key = newest.message.replace(/[0-9a-f]{12,}|\d+/g, '#');
    const count = (groups.get(key)?.count ?? 0) + 1;
    // Put in anew, so that the order is that of the newest of each.
    groups.delete(key);
    groups.set(key, { newest, count });
  }
  return [...groups.values()].toReversed();
}
