import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readLogTail } from './logTail';
import type { DaemonLogFacts } from './facts/daemon';
import { unreadable, type ReadResult } from './readResult';

const tailBytes = 262_144;
const mostLines = 400;
const mostErrors = 50;
const mostCharacters = 4000;

/** Written once, right after dockerd has read its configuration; the helper's own line stands before it. */
const startLine = /msg="?Starting up"?|^-- dind-helper:/u;
const listenLine = /msg="?API listen on /u;
const errorLine = /\blevel=(?:error|fatal|panic)\b|"level":"(?:error|fatal|panic)"/u;
/** What dockerd itself says last, without time and level; and a Go panic. */
const lastWords = /^(?:failed to|unable to|Error|error|invalid|panic:|fatal error:|runtime\/cgo:|\S*dockerd:)/u;

/** The last start among lines, and what went wrong in it. */
export function lastStartOf(lines: readonly string[]): Pick<DaemonLogFacts, 'lastStart' | 'startFound' | 'errors'> {
  const begin = lines.findLastIndex((line) => startLine.test(line));
  const since = begin < 0 ? lines : lines.slice(begin);
  // dockerd refuses a configuration before it says that it starts, so its last words may stand above or alone.
  // Whether it has listened decides what all later lines mean, however many there are.
  const listening = since.findIndex((line) => listenLine.test(line));
  const kept =
    listening >= 0 && listening < since.length - mostLines
      ? [...since.slice(listening, listening + 1), ...since.slice(1 - mostLines)]
      : since.slice(-mostLines);
  const errors = since.filter((line) => errorLine.test(line) || lastWords.test(line));
  return { lastStart: kept, startFound: begin >= 0, errors: errors.slice(-mostErrors) };
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
      ...lastStartOf(lines.map((line) => line.slice(0, mostCharacters))),
      readBytes: Math.min(size, tailBytes),
    };
  } catch (error) {
    return unreadable(path, error);
  }
}
