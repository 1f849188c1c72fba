import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { helperFolder } from './places';

/** The installed copy of the helper against the one that came with this program. */
export type Installed =
  | { readonly status: 'missing'; readonly path: string }
  /** There, but somebody other than root could change it, so it is never run. */
  | { readonly status: 'untrusted'; readonly path: string; readonly why: string }
  /** Root's own, of other content than ours; versions may be equal when only the content differs. */
  | { readonly status: 'outdated'; readonly installedVersion: string; readonly bundledVersion: string }
  | { readonly status: 'current'; readonly version: string };

export interface InstalledOptions {
  /** The folder `scripts/` of this program, with `dind-helper` and `lib/`. */
  readonly bundledFolder: string;
  /** Where the helper is installed; default `/usr/local/lib/dind-station`. */
  readonly installedFolder?: string;
  /** For tests. Folders above the first are not looked at (`/`); the second must own the rest (root); `/etc/group`. */
  readonly trustedFrom?: string;
  readonly trustedUid?: number;
  readonly groupFile?: string;
}

interface HelperCopy {
  /** SHA-256, hexadecimal, over `name NUL content` of each file in the order of the names. */
  readonly digest: string;
  readonly version: string;
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The files that make up a helper, as names relative to its folder, sorted. */
async function helperFiles(folder: string): Promise<string[]> {
  const names = ['dind-helper'];
  try {
    for (const name of await readdir(join(folder, 'lib'))) {
      if (name.endsWith('.sh')) names.push(`lib/${name}`);
    }
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  return names.sort();
}

/** The version a helper's source declares (`VERSION=0.1.0`, quoted or not), or `unknown`. */
export function helperVersion(source: string): string {
  return /^(?:readonly )?(?:[A-Z_]+_)?VERSION=["']?([0-9][\w.+-]*)["']?\s*$/m.exec(source)?.[1] ?? 'unknown';
}

async function readCopy(folder: string): Promise<HelperCopy> {
  const hash = createHash('sha256');
  let version = 'unknown';
  for (const name of await helperFiles(folder)) {
    const content = await readFile(join(folder, name));
    hash.update(`${name}\0`).update(content);
    if (version === 'unknown') version = helperVersion(content.toString('utf8'));
  }
  return { digest: hash.digest('hex'), version };
}

/** All folders from `path` up to `top`, both included, `path` first. */
function upTo(path: string, top: string): string[] {
  const folders = [path];
  let folder = path;
  while (folder !== top && folder !== dirname(folder)) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

/** The members an /etc/group lists for a group id; none for an unknown id. */
function membersOf(groupFile: string, gid: number): string {
  const line = groupFile.split('\n').find((entry) => entry.split(':')[2] === String(gid));
  return line?.split(':')[3]?.trim() ?? '';
}

/** Why one path could be changed by others than its trusted owner, or undefined. A missing path throws ENOENT. */
async function weakness(
  path: string,
  kind: 'file' | 'folder',
  trustedUid: number,
  groupFile: string,
): Promise<string | undefined> {
  const stat = await lstat(path);
  const right = kind === 'file' ? stat.isFile() : stat.isDirectory();
  if (!right) return `${path} is not a ${kind}`;
  if (stat.uid !== trustedUid) return `${path} belongs to user id ${String(stat.uid)}, not to root`;
  const mode = (stat.mode & 0o7777).toString(8);
  if ((stat.mode & 0o002) !== 0) return `${path} can be written by everybody (mode ${mode})`;
  // Older Debian gives /usr/local to the group staff, which has no members: the same exception as in the helper.
  const members = (stat.mode & 0o020) === 0 || stat.gid === 0 ? '' : membersOf(groupFile, stat.gid);
  return members === '' ? undefined : `${path} can be written by ${members} (mode ${mode})`;
}

/**
 * Compares the installed helper with the bundled one. Rights are judged before content, because a file that others can
 * change may be anything a moment later.
 *
 * @throws when the bundled copy cannot be read: this program is damaged then, and no comparison means anything
 */
export async function checkInstalled(options: InstalledOptions): Promise<Installed> {
  const { bundledFolder, installedFolder = helperFolder, trustedFrom = '/', trustedUid = 0 } = options;
  const groups = await readFile(options.groupFile ?? '/etc/group', 'utf8').catch(() => '');
  const bundled = await readCopy(bundledFolder);
  try {
    const folder = await realpath(installedFolder);
    const names = await helperFiles(folder);
    const paths = [
      ...upTo(folder, trustedFrom).map((path) => ({ path, kind: 'folder' as const })),
      ...(names.length > 1 ? [{ path: join(folder, 'lib'), kind: 'folder' as const }] : []),
      ...names.map((name) => ({ path: join(folder, name), kind: 'file' as const })),
    ];
    for (const { path, kind } of paths) {
      const why = await weakness(path, kind, trustedUid, groups);
      if (why !== undefined) return { status: 'untrusted', path, why };
    }
    const installed = await readCopy(folder);
    return installed.digest === bundled.digest
      ? { status: 'current', version: installed.version }
      : { status: 'outdated', installedVersion: installed.version, bundledVersion: bundled.version };
  } catch (error) {
    if (isAbsent(error)) return { status: 'missing', path: installedFolder };
    const why = error instanceof Error ? error.message : String(error);
    return { status: 'untrusted', path: installedFolder, why: `it cannot be read: ${why}` };
  }
}
