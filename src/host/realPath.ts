import { lstat, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** As many links as the kernel follows, path_resolution(7). */
const maxLinks = 40;

/**
 * The path without links, within the tree at `root`: an absolute link leads to that tree's top. What does not exist, or
 * may not be read, is taken as it is written. Undefined when links go in a circle.
 */
export async function realPath(path: string, root = '/'): Promise<string | undefined> {
  let todo = path.split('/').filter((part) => part !== '');
  let done = '/';
  let links = 0;
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === '.') continue;
    if (part === '..') {
      done = dirname(done);
      continue;
    }
    const next = join(done, part);
    const target = await linkTarget(join(root, next));
    if (target === undefined) {
      done = next;
      continue;
    }
    links += 1;
    if (links > maxLinks) return undefined;
    todo = [...target.split('/').filter((step) => step !== ''), ...todo];
    if (target.startsWith('/')) done = '/';
  }
  return done;
}

/** Where a link leads; undefined for everything that is none. */
async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch {
    // Not there or not to be seen: no link we could follow, and the caller's own look at it says which.
    return undefined;
  }
}
