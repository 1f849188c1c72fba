import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The PATH the helper gives the daemon; sudo's own is the same but for the order. */
export const daemonPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** Where that program is in those folders of the tree at `root`, as a shell would find it; undefined: nowhere. */
export async function findProgram(root: string, name: string, folders: readonly string[]): Promise<string | undefined> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const path = join(folder, name);
      try {
        await access(join(root, path), constants.X_OK);
        // A folder of that name may be "executed" as well.
        return (await stat(join(root, path))).isFile() ? path : undefined;
      } catch {
        // Not here; the next folder may have it.
        return undefined;
      }
    }),
  );
  return found.find((path) => path !== undefined);
}

/** Package managers that this program knows the packages of. */
export const packageManagers = ['apt-get', 'apk'] as const;
export type PackageManager = (typeof packageManagers)[number];

/** A file that has a program's name and cannot be executed. */
export interface ClosedProgram {
  readonly path: string;
  /** Permissions in octal, as chmod takes them: `644`. */
  readonly mode: string;
}

/** Where a program is for a daemon that is root: the first file of that name that it can execute, else the first that it cannot. */
export interface InDaemonPath {
  readonly found?: string;
  readonly closed?: ClosedProgram;
}

const anyExecuteBit = 0o111;

export async function lookInDaemonPath(root: string, name: string): Promise<InDaemonPath> {
  const found = await findProgram(root, name, daemonPath);
  if (found !== undefined) return { found };
  const looked = await Promise.all(
    daemonPath.map(async (folder) => {
      const path = join(folder, name);
      const file = await stat(join(root, path)).catch(() => undefined);
      return file?.isFile() === true ? [{ path, bits: file.mode & 0o7777 }] : [];
    }),
  );
  const files = looked.flat();
  // What this user may not execute, root may.
  const others = process.geteuid?.() === 0 ? undefined : files.find(({ bits }) => (bits & anyExecuteBit) !== 0);
  if (others !== undefined) return { found: others.path };
  const first = files[0];
  return first === undefined ? {} : { closed: { path: first.path, mode: first.bits.toString(8) } };
}

export async function inDaemonPath(root: string, name: string): Promise<string | undefined> {
  return (await lookInDaemonPath(root, name)).found;
}
