import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
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
        return path;
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

export async function inDaemonPath(root: string, name: string): Promise<string | undefined> {
  return findProgram(root, name, daemonPath);
}
