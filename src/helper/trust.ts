import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { groupWithGid, parseGroups } from '../util/unixGroups';
import type { JudgedProgram } from '../util/child';
import { helperFolder } from './paths';
import { errorMessage } from '../util/format';

declare const judged: unique symbol;

/** A folder that `checkTrust` has judged, by its real path. */
export type TrustedFolder = string & { readonly [judged]: true };

/** Whether only root could have changed the installed helper. Everything that runs it asks here; nothing else decides it. */
export type Trust =
  | { readonly status: 'trusted'; readonly folder: TrustedFolder }
  | { readonly status: 'missing'; readonly path: string }
  | { readonly status: 'untrusted'; readonly path: string; readonly why: string };

export interface TrustOptions {
  /** Where the helper is installed; default `/usr/local/lib/dind-station`. */
  readonly installedFolder?: string;
  /** For tests. Folders above the first are not looked at (`/`); the second must own the rest (root); `/etc/group`. */
  readonly trustedFrom?: string;
  readonly trustedUid?: number;
  readonly groupFile?: string;
}

/** Programs beside the helper that may be absent: an older copy has not got them. */
const besides = ['dind-rootless', 'entrypoint.sh'];

export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The files that make up a helper, as names relative to its folder, sorted. */
export async function helperFiles(folder: string): Promise<string[]> {
  const names = ['dind-helper'];
  try {
    for (const name of await readdir(join(folder, 'lib'))) {
      if (/\.(?:sh|tsv)$/.test(name)) names.push(`lib/${name}`);
    }
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  return names.sort();
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
  return groupWithGid(parseGroups(groupFile), gid)?.members.join(',') ?? '';
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

/** Judges owner and mode of the helper, its parts, and every folder above. What cannot be looked at is not trusted. Never throws. */
export async function checkTrust(options: TrustOptions = {}): Promise<Trust> {
  const { installedFolder = helperFolder, trustedFrom = '/', trustedUid = 0 } = options;
  const groups = await readFile(options.groupFile ?? '/etc/group', 'utf8').catch(() => '');
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
    for (const path of besides.map((name) => join(folder, name))) {
      const why = await weakness(path, 'file', trustedUid, groups).catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw error;
      });
      if (why !== undefined) return { status: 'untrusted', path, why };
    }
    return { status: 'trusted', folder: folder as TrustedFolder };
  } catch (error) {
    if (isAbsent(error)) return { status: 'missing', path: installedFolder };
    const why = errorMessage(error);
    return { status: 'untrusted', path: installedFolder, why: `it cannot be read: ${why}` };
  }
}

/** A program that stands in a folder which was judged; throws for any other. */
export async function trustedProgram(path: string, { folder }: Trust & { status: 'trusted' }): Promise<JudgedProgram> {
  if ((await realpath(dirname(path))) !== folder) throw new Error(`${path} is not in ${folder}, which was judged`);
  return path as JudgedProgram;
}

/** A program of the user's own, which is run as that user and needs no trust of root's. */
export function ownProgram(path: string): JudgedProgram {
  return path as JudgedProgram;
}
