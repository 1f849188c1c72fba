import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable, type Reading } from './reading';
import { realPath } from './realPath';

export type PathKind = 'absent' | 'socket' | 'file' | 'directory' | 'other';

/** What stands where the engine's socket should be. */
export type SocketPathFacts =
  | { readonly path: string; readonly resolved: string; readonly kind: 'absent' }
  | {
      readonly path: string;
      /** Without links: `/run/docker.sock` for `/var/run/docker.sock`. */
      readonly resolved: string;
      readonly kind: Exclude<PathKind, 'absent'>;
      readonly uid: number;
      readonly gid: number;
      /** Permission bits, such as 0o660. */
      readonly mode: number;
    };

/** `/var/run`, which should be a link to `/run`: as a folder of its own, a daemon and a client may miss each other. */
export type RunFolder =
  { readonly kind: 'link'; readonly target: string } | { readonly kind: 'directory' | 'absent' | 'other' };

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Links are followed within the tree at `root`, as `connect` follows them. Never throws. */
export async function readSocketPath(path: string, root = '/'): Promise<Reading<SocketPathFacts>> {
  const resolved = await realPath(path, root);
  if (resolved === undefined) return { unreadable: `${path}: ELOOP` };
  try {
    const found = await lstat(join(root, resolved));
    const { uid, gid } = found;
    const mode = found.mode & 0o7777;
    const owned = { path, resolved, uid, gid, mode };
    if (found.isSocket()) return { ...owned, kind: 'socket' };
    if (found.isDirectory()) return { ...owned, kind: 'directory' };
    return { ...owned, kind: found.isFile() ? 'file' : 'other' };
  } catch (error) {
    return isMissing(error) ? { path, resolved, kind: 'absent' } : unreadable(path, error);
  }
}

/** Never throws. */
export async function readRunFolder(root = '/'): Promise<Reading<RunFolder>> {
  const path = join(root, '/var/run');
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
    return { kind: found.isDirectory() ? 'directory' : 'other' };
  } catch (error) {
    return isMissing(error) ? { kind: 'absent' } : unreadable('/var/run', error);
  }
}
