import { readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseElf } from '../host/elf';
import { errorMessage } from '../util/format';

/** A file of the image: bytes, or a name of another. */
export type ImageFile =
  { readonly path: string; readonly bytes: Buffer } | { readonly path: string; readonly linkTo: string };

export interface Tools {
  readonly files: readonly ImageFile[];
  /** As `uname -m` prints it. */
  readonly architecture: string;
  /** What they are, for people. */
  readonly from: string;
}

export type ToolsResult =
  { readonly ok: true; readonly tools: Tools } | { readonly ok: false; readonly message: string };

/** What the workloads call. */
export const commands = ['sh', 'dd', 'sleep', 'tee', 'mknod', 'rm'] as const;

/** Root's folders only: what lies in a user's PATH is nobody's business in an image. */
const programFolders = ['/bin', '/usr/bin', '/sbin', '/usr/sbin'];

function libraryFolders(architecture: string): string[] {
  const triplet = `${architecture === 'armv7l' ? 'arm' : architecture}-linux-gnu${architecture === 'armv7l' ? 'eabihf' : ''}`;
  return [`/lib/${triplet}`, `/usr/lib/${triplet}`, '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
}

/** The first of some folders that has a file of that name, with its bytes. */
async function find(
  root: string,
  folders: readonly string[],
  name: string,
): Promise<{ path: string; bytes: Buffer } | undefined> {
  for (const folder of folders) {
    const path = `${folder}/${name}`;
    try {
      return { path, bytes: await readFile(join(root, path)) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') continue;
      throw new Error(`${path} cannot be read (${code ?? String(error)})`, { cause: error });
    }
  }
  return undefined;
}

/** A busybox that needs no library: one file serves for everything. */
async function staticBusybox(root: string): Promise<Tools | undefined> {
  const found = await find(root, programFolders, 'busybox');
  const program = found && parseElf(found.bytes);
  if (program?.interpreter !== undefined || program?.architecture === undefined) return undefined;
  const links = commands.map((name): ImageFile => ({ path: `bin/${name}`, linkTo: 'busybox' }));
  return {
    files: [{ path: 'bin/busybox', bytes: found?.bytes ?? Buffer.alloc(0) }, ...links],
    architecture: program.architecture,
    from: `${found?.path ?? ''}, static`,
  };
}

/** A program, its loader and its libraries, and theirs; found by reading, nothing is run. */
async function withLibraries(root: string, name: string, all: Map<string, Buffer>): Promise<string> {
  const found = await find(root, programFolders, name);
  if (found === undefined) throw new Error(`${name} is in none of ${programFolders.join(', ')}`);
  const program = parseElf(found.bytes);
  if (program?.architecture === undefined) throw new Error(`${found.path} is no program of a known architecture`);
  all.set(`/bin/${name}`, found.bytes);
  const { architecture } = program;
  const waiting = [...program.needed];
  if (program.interpreter !== undefined && !all.has(program.interpreter)) {
    all.set(program.interpreter, await readFile(join(root, program.interpreter)));
  }
  const loader = basename(program.interpreter ?? '');
  const seen = new Set<string>([loader]);
  for (let library = waiting.shift(); library !== undefined; library = waiting.shift()) {
    if (seen.has(library)) continue;
    seen.add(library);
    const file = await find(root, libraryFolders(architecture), library);
    if (file === undefined) throw new Error(`${name} needs ${library}, which is in none of the library folders`);
    all.set(file.path, file.bytes);
    waiting.push(...(parseElf(file.bytes)?.needed ?? []));
  }
  return architecture;
}

/** The machine's own programs, for an image that needs no registry: a static busybox, else each with its libraries. */
export async function findTools(root = '/'): Promise<ToolsResult> {
  const all = new Map<string, Buffer>();
  try {
    const busybox = await staticBusybox(root);
    if (busybox !== undefined) return { ok: true, tools: busybox };
    const architectures = new Set<string>();
    for (const name of commands) architectures.add(await withLibraries(root, name, all));
    const [architecture, ...others] = architectures;
    if (architecture === undefined || others.length > 0) throw new Error('the programs are of several architectures');
    const files = [...all].map(([path, bytes]): ImageFile => ({ path: path.slice(1), bytes }));
    const shell = await realpath(join(root, '/bin/sh')).catch(() => '/bin/sh');
    return {
      ok: true,
      tools: { files, architecture, from: `${shell} and other programs of this machine, with their libraries` },
    };
  } catch (error) {
    return {
      ok: false,
      message: `No workload can be put together from this machine: ${errorMessage(error)}. Install busybox-static, or name an image that has sh and dd with --image.`,
    };
  }
}
