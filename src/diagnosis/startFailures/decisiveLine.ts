import { lineKind } from '../../host/logTable';

/** The line that says most of how an attempt to run the daemon ended. */
export interface DecisiveLine {
  /**
   * The first line of a panic; the words with which dockerd gave up, which have no time stamp; a line of level error or
   * fatal; or only the last line of all, which decides nothing.
   */
  readonly kind: 'panic' | 'words' | 'error' | 'last';
  /** The daemon had started before. */
  readonly started: boolean;
  /** As the daemon wrote it; several lines of one message are one. */
  readonly line: string;
}

/** The value of a field of a line, in logfmt or JSON, unescaped. */
function field(line: string, name: string): string | undefined {
  const quoted = new RegExp(`(?: ${name}=|"${name}":)"((?:[^"\\\\]|\\\\.)*)"`).exec(line)?.[1];
  return (
    quoted?.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' || escaped === 't' ? ' ' : escaped)) ??
    new RegExp(` ${name}=([^\\s"]+)`).exec(line)?.[1]
  );
}

/** What a line of the log says, without time and level; a line without them is returned as it is. */
export function messageOf(line: string): string {
  if (!lineKind.stamped.test(line)) return line;
  const message = field(line, 'msg') ?? line;
  const error = field(line, 'error');
  return error === undefined || error === '<nil>' ? message : `${message}: ${error}`;
}

/** Ranks of neighbouring lines without a time stamp. */
const none = 0;
const other = 1;
const givingUp = 2;

/** Reads a log line by line, as the awk program of `log_cause` in `scripts/lib/log.sh` does; the two have the same cases. */
class Search {
  #started: boolean;
  #panic = '';
  #words = '';
  #wordsRank = none;
  #error = '';
  #last = '';
  #block = '';
  #blockRank = none;

  constructor(started: boolean) {
    this.#started = started;
  }

  take(written: string): void {
    const line = written
      .replace(lineKind.prefix, '')
      .replace(/[ \t]+/g, ' ')
      .trimEnd();
    if (line === '' || lineKind.aside.test(line)) return;
    if (lineKind.begin.test(line)) this.#forget(false);
    else if (lineKind.listen.test(line)) this.#forget(true);
    else if (lineKind.containerd.test(line)) {
      this.#forget(this.#started);
      this.#block = line;
      this.#blockRank = givingUp;
    } else if (this.#panic !== '' && !this.#started) return;
    else if (this.#panic === '' && lineKind.panic.test(line)) {
      this.#closeBlock();
      this.#panic = line;
    } else {
      if (!this.#started) this.#last = line;
      if (lineKind.stamped.test(line)) this.#takeStamped(line);
      else this.#takeBare(line);
    }
  }

  result(): DecisiveLine | undefined {
    this.#closeBlock();
    const panic = { kind: 'panic', line: this.#panic } as const;
    const words = { kind: 'words', line: this.#words } as const;
    // Words after a start are those of a later attempt, which did not come to say that it starts.
    const ranked = [
      ...(this.#started ? [words, panic] : [panic, words]),
      { kind: 'error', line: this.#error } as const,
      { kind: 'last', line: this.#last } as const,
    ];
    const found = ranked.find(({ line }) => line !== '');
    return found && { ...found, started: this.#started };
  }

  #forget(started: boolean): void {
    this.#panic = this.#words = this.#error = this.#last = this.#block = '';
    this.#wordsRank = this.#blockRank = none;
    this.#started = started;
  }

  #closeBlock(): void {
    if (this.#block !== '' && this.#blockRank >= this.#wordsRank) {
      this.#words = this.#block;
      this.#wordsRank = this.#blockRank;
    }
    this.#block = '';
    this.#blockRank = none;
  }

  #takeStamped(line: string): void {
    this.#closeBlock();
    const bad = this.#started ? lineKind.fatal : lineKind.error;
    if (bad.test(line) && !lineKind.noise.test(messageOf(line))) this.#error = line;
  }

  #takeBare(line: string): void {
    if (lineKind['giving-up'].test(line)) {
      this.#block = line;
      this.#blockRank = givingUp;
    } else if (this.#blockRank === givingUp || (this.#block !== '' && lineKind.continuation.test(line))) {
      this.#block += ` ${line.trimStart()}`;
    } else if (!this.#started && !lineKind.continuation.test(line)) {
      this.#block = line;
      this.#blockRank = other;
    }
  }
}

/**
 * The decisive line among the last lines of a daemon's log, oldest first. Lines before the newest "Starting up" belong to an
 * earlier attempt and do not count. Behind "API listen on" only a panic, a fatal error, and the words with which a later
 * attempt gave up before it said that it starts count.
 *
 * @param startedBefore the daemon that wrote the first of these lines is known to have started
 */
export function decisiveLine(lines: readonly string[], startedBefore = false): DecisiveLine | undefined {
  const search = new Search(startedBefore);
  for (const line of lines) search.take(line);
  return search.result();
}

/** What a daemon said last that gave up at its start; undefined when no attempt failed, or nothing says why. */
export function lastDecisiveLine(lines: readonly string[], startedBefore = false): string | undefined {
  const found = decisiveLine(lines, startedBefore);
  if (found === undefined || found.kind === 'last' || (found.started && found.kind !== 'words')) return undefined;
  return messageOf(found.line);
}

/** The first line of the panic that ended a daemon which had started; undefined when there was none. */
export function lastPanic(lines: readonly string[], startedBefore = false): string | undefined {
  const found = decisiveLine(lines, startedBefore);
  return found?.started === true && found.kind === 'panic' ? found.line : undefined;
}
