import type { Mount } from './facts/mount';
import { isUnreadable, readText, type ReadResult } from './readResult';

/** The kernel writes space, tab, newline, `#` and backslash as three octal digits. Their bytes may be part of UTF-8. */
function unescape(field: string): string {
  if (!field.includes('\\')) return field;
  const bytes = Buffer.from(field, 'utf8').toString('latin1');
  const raw = bytes.replace(/\\([0-7]{3})/gu, (_match, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(raw, 'latin1').toString('utf8');
}

const none: readonly string[] = [];

/** Options by the text they were written as: thousands of mounts share a few, and no list is made for each. */
type Lists = Map<string, readonly string[]>;

function listOf(text: string, lists: Lists): readonly string[] {
  const known = lists.get(text);
  if (known !== undefined) return known;
  const list = text === '' ? [] : text.split(',').map(unescape);
  lists.set(text, list);
  return list;
}

function parseMount(line: string, lists: Lists): Mount | undefined {
  const fields = line.split(' ');
  // Optional fields stand between the sixth and a lone dash, as many as there are.
  const dash = fields.indexOf('-', 6);
  if (dash < 0) return undefined;
  const [id = '', parentId = '', device = '', root = '', mountPoint = '', options = ''] = fields;
  const [fsType, source, superOptions = ''] = [fields[dash + 1], fields[dash + 2], fields[dash + 3]];
  if (!/^\d+$/u.test(id) || !/^\d+$/u.test(parentId) || fsType === undefined || source === undefined) return undefined;
  return {
    id: Number(id),
    parentId: Number(parentId),
    device,
    root: unescape(root),
    mountPoint: unescape(mountPoint),
    options: listOf(options, lists),
    propagation: dash === 6 ? none : fields.slice(6, dash),
    fsType: unescape(fsType),
    source: unescape(source),
    superOptions: listOf(superOptions, lists),
  };
}

/** In the kernel's order; lines that are no mount are left out. */
export function parseMountinfo(text: string): Mount[] {
  const lists: Lists = new Map();
  return text.split('\n').flatMap((line) => parseMount(line, lists) ?? []);
}

/** The mount at exactly that path, the uppermost where several lie over each other. The path has no links in it. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts.findLast((mount) => mount.mountPoint === path);
}

/** `/`, `/a`, `/a/b` of `/a/b`. */
function waysTo(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return ['/', ...parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}

/**
 * A table of mounts as a path walks through it: from each mount on to what is mounted on it. Whatever is not reached so
 * is covered: by a later mount at the same place, or by one over a folder above it.
 */
export class MountTree {
  readonly #children = new Map<string, Mount>();

  constructor(mounts: readonly Mount[]) {
    const ids = new Set(mounts.map(({ id }) => id));
    for (const mount of mounts) {
      const listed = mount.parentId !== mount.id && ids.has(mount.parentId);
      // Below a chroot the parents of the uppermost mounts are not listed: those lie on what was there before them.
      const parent = listed ? mount.parentId : this.over(mount.mountPoint)?.id;
      this.#children.set(`${String(parent)} ${mount.mountPoint}`, mount);
    }
  }

  /** The mount that a path without links leads to. */
  over(path: string): Mount | undefined {
    let found: Mount | undefined;
    const passed = new Set<Mount>();
    for (const way of waysTo(path)) {
      for (;;) {
        const next = this.#children.get(`${String(found?.id)} ${way}`);
        // A damaged table may lead in a circle.
        if (next === undefined || passed.has(next)) break;
        passed.add(next);
        found = next;
      }
    }
    return found;
  }

  isCovered(mount: Mount): boolean {
    return this.over(mount.mountPoint) !== mount;
  }
}

/** Reads the mounts that a process sees. Never throws. */
export type MountsReader = (pid: number | 'self') => Promise<ReadResult<readonly Mount[]>>;

/**
 * A reader for one look at the tree at `root`: processes that see the same mounts get the same list, which is made once. For
 * longer it would keep every table that there was.
 */
export function mountsReader(root = '/'): MountsReader {
  const lists = new Map<string, readonly Mount[]>();
  return async (pid) => {
    const read = await readText(root, `/proc/${String(pid)}/mountinfo`);
    if (isUnreadable(read)) return read;
    const list = lists.get(read.text) ?? parseMountinfo(read.text);
    lists.set(read.text, list);
    return list;
  };
}

/** The mounts that a process sees, from the tree at `root`. Never throws. */
export async function readMounts(root = '/', pid: number | 'self' = 'self'): Promise<ReadResult<readonly Mount[]>> {
  return mountsReader(root)(pid);
}
