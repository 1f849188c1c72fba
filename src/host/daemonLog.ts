import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readLogTail } from './logTail';
import { lineKind } from './logTable';
import type { DaemonLogFacts } from './facts/daemon';
import { unreadable, type ReadResult } from './readResult';

const tailBytes = 262_144;
const maxLines = 400;
/** As many as lines: what one client can be refused does not push out what went wrong before. */
const maxErrors = maxLines;
const maxCharacters = 4000;

/** What tells of a failure: logged as one, or said without time and level, as dockerd and a Go panic do last. */
const badKinds = ['error', 'panic', 'giving-up', 'last-words'] as const;

/** The last start among lines, and what went wrong in it. */
export function lastStartOf(lines: readonly string[]): Pick<DaemonLogFacts, 'lastStart' | 'startFound' | 'errors'> {
  const begin = lines.findLastIndex((line) => lineKind.begin.test(line));
  const since = begin < 0 ? lines : lines.slice(begin);
  // dockerd refuses a configuration before it says that it starts, so its last words may stand above or alone.
  // Whether it has listened decides what all later lines mean, however many there are.
  const listening = since.findIndex((line) => lineKind.listen.test(line));
  const kept =
    listening >= 0 && listening < since.length - maxLines
      ? [...since.slice(listening, listening + 1), ...since.slice(1 - maxLines)]
      : since.slice(-maxLines);
  const errors = since.filter((line) => badKinds.some((kind) => lineKind[kind].test(line)));
  return { lastStart: kept, startFound: begin >= 0, errors: errors.slice(-maxErrors) };
}

/** The log's end. Never throws; a log of any size costs the same. */
export async function readDaemonLog(path: string, root = '/'): Promise<ReadResult<DaemonLogFacts>> {
  const file = join(root, path);
  try {
    const { size, mtime } = await stat(file);
    const tail = await readLogTail(file, tailBytes);
    const lines = [...tail.lines, ...(tail.unfinished === undefined ? [] : [tail.unfinished])];
    return {
      path,
      sizeBytes: size,
      modifiedAt: mtime.toISOString(),
      ...lastStartOf(lines.map((line) => line.slice(0, maxCharacters))),
      readBytes: Math.min(size, tailBytes),
    };
  } catch (error) {
    return unreadable(path, error);
  }
}
