import { constants } from 'node:fs';
import { access, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Why a fact could not be had: the path and the errno. */
export interface Unreadable {
  readonly unreadable: string;
}

/** What a reader of this folder gives; it never throws. */
export type ReadResult<T> = T | Unreadable;

export function isUnreadable(reading: unknown): reading is Unreadable {
  return typeof reading === 'object' && reading !== null && 'unreadable' in reading;
}

/** `path: ENOENT`, for an error that `node:fs` threw. */
export function unreadable(path: string, error: unknown): Unreadable {
  const reason = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  return { unreadable: `${path}: ${reason}` };
}

/** The text of a file of the tree at `root`. */
export async function readText(root: string, path: string): Promise<ReadResult<{ readonly text: string }>> {
  try {
    return { text: await readFile(join(root, path), 'utf8') };
  } catch (error) {
    return unreadable(path, error);
  }
}

/** Bytes of a file that a reader takes at most, unless it says otherwise. */
export const defaultMaxBytes = 1_048_576;

/**
 * The beginning of a file of the tree at `root`, as bytes. Opened without blocking: a FIFO that somebody put where a
 * configuration file should be is an empty file then, and no thread of the pool is lost to it.
 */
export async function readBytes(
  root: string,
  path: string,
  maxBytes = defaultMaxBytes,
): Promise<ReadResult<{ bytes: Buffer }>> {
  try {
    const handle = await open(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const chunks: Buffer[] = [];
      let left = maxBytes;
      // Most files of /proc and /sys are a line; a large buffer for each would keep the garbage collector busy.
      let size = 4096;
      while (left > 0) {
        const chunk = Buffer.allocUnsafeSlow(Math.min(left, size));
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
        if (bytesRead === 0) break;
        chunks.push(chunk.subarray(0, bytesRead));
        left -= bytesRead;
        if (bytesRead === size) size = Math.min(size * 4, 262_144);
      }
      return { bytes: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return unreadable(path, error);
  }
}

/** The beginning of a file as text; undefined when it cannot be read, for facts of which absence says enough. */
export async function textOf(root: string, path: string, maxBytes = defaultMaxBytes): Promise<string | undefined> {
  const read = await readBytes(root, path, maxBytes);
  return isUnreadable(read) ? undefined : read.bytes.toString('utf8');
}

/** A file that holds one number (`/proc/sys`, `/sys/fs/cgroup`); undefined when there is none. */
export async function numberOf(root: string, path: string): Promise<number | undefined> {
  const text = (await textOf(root, path, 256))?.trim();
  return text !== undefined && /^-?\d+$/u.test(text) ? Number(text) : undefined;
}

/** The names in a folder, sorted; empty when there is none or it is closed. */
export async function namesIn(root: string, path: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(root, path))).sort();
  } catch {
    // Absent and closed are told apart by those callers that need it.
    return [];
  }
}

/** Whether something stands there, links followed. */
export async function exists(root: string, path: string): Promise<boolean> {
  try {
    await access(join(root, path));
    return true;
  } catch {
    // Of a folder that is closed to us nothing is known to be there.
    return false;
  }
}

/** What is defined of an object's properties: JSON and `exactOptionalPropertyTypes` know no `undefined`. */
export function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
