import type { Writable } from 'node:stream';
import type { Paint } from '../report/paint';

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

/** One line; the stream keeps what the reader has not taken yet. */
export function printLine(stream: Writable, text: string): void {
  stream.write(`${text}\n`);
}
