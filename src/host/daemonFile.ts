import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import type { DaemonFile } from './facts/daemon';
import { isUnreadable, readBytes, unreadable } from './readResult';
import { errorMessage } from '../util/format';

const shownLength = 200;

/** What is wrong with a text that should be one JSON object, and where; undefined when nothing is. */
export function jsonFault(
  text: string,
): { readonly message: string; readonly line: number; readonly column: number; readonly text: string } | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, {
    disallowComments: true,
    allowTrailingComma: false,
    allowEmptyContent: false,
  });
  const [first] = errors;
  const at = (offset: number, message: string): ReturnType<typeof jsonFault> => {
    const before = text.slice(0, offset).split('\n');
    const line = text.split('\n')[before.length - 1] ?? '';
    return { message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, text: line.slice(0, shownLength) };
  };
  if (first !== undefined) return at(first.offset, wordsOf(first));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return at(0, 'an object is expected');
  return undefined;
}

/** `CommaExpected` as a person says it: comma expected. */
function wordsOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ')
    .toLowerCase();
}

/** `daemon.json`. Never throws. */
export async function readDaemonFile(root: string, path: string): Promise<DaemonFile> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(join(root, path));
  } catch (error) {
    const { unreadable: reason } = unreadable(path, error);
    return /: (?:ENOENT|ENOTDIR)$/u.test(reason) ? { state: 'absent', path } : { state: 'unreadable', path, reason };
  }
  if (!found.isFile()) return { state: 'not-a-file', path, kind: found.isDirectory() ? 'directory' : 'other' };
  const read = await readBytes(root, path);
  if (isUnreadable(read)) return { state: 'unreadable', path, reason: read.unreadable };
  return daemonFileOf(path, read.bytes.toString('utf8'), { sizeBytes: found.size, uid: found.uid, mode: found.mode });
}

/** When that file was changed last, or where there is none, something in its folder was. Undefined where neither can be seen. */
export async function daemonFileChangedAt(root: string, path: string): Promise<string | undefined> {
  // A file that is moved to this place keeps the time of its content, not that of its inode.
  const times = [
    () => stat(join(root, path)).then(({ ctime }) => ctime),
    () => stat(dirname(join(root, path))).then(({ mtime }) => mtime),
  ];
  for (const read of times) {
    try {
      return (await read()).toISOString();
    } catch {
      // Not there, or closed to this user.
    }
  }
  return undefined;
}

/** A text as the daemon would take it: for one that is still being written, too. */
export function daemonFileOf(
  path: string,
  text: string,
  { sizeBytes, uid, mode }: { readonly sizeBytes: number; readonly uid: number; readonly mode: number },
): DaemonFile {
  const fault = jsonFault(text);
  if (fault !== undefined) return { state: 'invalid', path, sizeBytes, ...fault };
  try {
    const content = JSON.parse(text) as Record<string, unknown>;
    return { state: 'parsed', path, sizeBytes, uid, mode: mode & 0o7777, content };
  } catch (error) {
    // The one reader is stricter than the other (a byte-order mark): the daemon refuses it as well.
    const message = errorMessage(error);
    return {
      state: 'invalid',
      path,
      sizeBytes,
      message,
      line: 1,
      column: 1,
      text: text.split('\n', 1)[0]?.slice(0, shownLength) ?? '',
    };
  }
}
