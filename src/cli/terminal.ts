import { createInterface } from 'node:readline/promises';
import type { Writable } from 'node:stream';
import type { Paint } from '../report/paint';
import { consoleSurface, sanitizeForDisplay } from '../util/sanitize';

/** Where the command line prints: results on `out`, everything else on `err`. */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable;
  readonly paint: { readonly out: Paint; readonly err: Paint };
  /** Whether a person sits there who could be asked for a password. */
  readonly interactive: boolean;
}

/** Colours are for terminals that can show them, and for people who did not say no (no-color.org). */
export function wantsColour(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}

export function paintFor(colour: boolean): Paint {
  const wrap =
    (on: number, off: number) =>
    (text: string): string =>
      colour ? `\u001b[${String(on)}m${text}\u001b[${String(off)}m` : text;
  return { bold: wrap(1, 22), dim: wrap(2, 22), good: wrap(32, 39), bad: wrap(31, 39), warn: wrap(33, 39) };
}

/** Text of others (the engine, the helper, a log) for a terminal, which obeys control characters. */
export function harmless(text: string): string {
  return sanitizeForDisplay(text, consoleSurface);
}

/** One line; the stream keeps what the reader has not taken yet. */
export function printLine(stream: Writable, text: string): void {
  stream.write(`${text}\n`);
}

/** The streams of a process as a terminal. */
export function terminalOf(
  streams: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  const { stdin, stdout, stderr } = streams;
  return {
    out: stdout,
    err: stderr,
    paint: {
      out: paintFor(wantsColour(stdout.isTTY, environment)),
      err: paintFor(wantsColour(stderr.isTTY, environment)),
    },
    interactive: stdin.isTTY && stderr.isTTY,
  };
}

/** Asks a person yes or no; anything but a yes is a no. */
export async function askAt(
  { stdin, stderr }: { readonly stdin: NodeJS.ReadableStream; readonly stderr: NodeJS.WritableStream },
  question: string,
): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/** Aborted by the first Ctrl-C, SIGTERM or a terminal that was closed; the second leaves at once, with that status. */
export function untilInterrupted(
  signalled: { on(signal: NodeJS.Signals, listener: () => void): unknown; exit(status: number): unknown },
  status: number,
): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) signalled.exit(status);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) signalled.on(signal, interrupt);
  return controller.signal;
}
