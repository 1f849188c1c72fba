import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Why a fact could not be had: the path and the errno. */
export interface Unreadable {
  readonly unreadable: string;
}

/** What a reader of this folder gives; it never throws. */
export type Reading<T> = T | Unreadable;

export function isUnreadable(reading: unknown): reading is Unreadable {
  return typeof reading === 'object' && reading !== null && 'unreadable' in reading;
}

/** `path: ENOENT`, for an error that `node:fs` threw. */
export function unreadable(path: string, error: unknown): Unreadable {
  const reason = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  return { unreadable: `${path}: ${reason}` };
}

/** The text of a file of the tree at `root`. */
export async function readText(root: string, path: string): Promise<Reading<{ readonly text: string }>> {
  try {
    return { text: await readFile(join(root, path), 'utf8') };
  } catch (error) {
    return unreadable(path, error);
  }
}
