import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack, type Pack } from 'tar-stream';
import { refusalOf, type EngineCalls } from '../engine/engineCalls';
import { findTools, type ImageFile, type Tools, type ToolsResult } from './tools';

/** Where the workloads' image is kept in the engine; the tag is the digest of what is in it. */
const repository = 'dind-station/limits';
export const imageLabel = 'dind-station.limits.image';

export type ImageResult =
  | { readonly ok: true; readonly name: string; readonly about: string }
  /** `refused`: the engine's own sentence, when it was the engine that did not take it. */
  | { readonly ok: false; readonly message: string; readonly refused?: string };

/** The calls that the image is made with. */
export type ImageEngine = Pick<EngineCalls, 'imageId' | 'imagesOf' | 'importImage' | 'removeImage'>;

const folders = ['bin', 'data', 'dev', 'etc', 'proc', 'sys', 'tmp'];

/** Every header the same on every machine and day, so that the same files make the same archive. */
const header = { uid: 0, gid: 0, mtime: new Date(0) };

/** The image's root as a tar archive. Deterministic. */
export function archiveOf(files: readonly ImageFile[]): Pack {
  const archive = pack();
  const parents = files.flatMap(({ path }) =>
    path
      .split('/')
      .slice(0, -1)
      .map((_part, index, all) => all.slice(0, index + 1).join('/')),
  );
  for (const folder of [...new Set([...folders, ...parents])].sort()) {
    archive.entry({ ...header, name: `${folder}/`, type: 'directory', mode: folder === 'tmp' ? 0o1777 : 0o755 });
  }
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if ('linkTo' in file) archive.entry({ ...header, name: file.path, type: 'symlink', linkname: file.linkTo });
    else archive.entry({ ...header, name: file.path, mode: 0o755 }, file.bytes);
  }
  archive.finalize();
  return archive;
}

/** 16 hexadecimal digits of what the image consists of. */
export function tagOf({ architecture, files }: Pick<Tools, 'architecture' | 'files'>): string {
  const hash = createHash('sha256').update(`2 ${architecture} ${folders.join(' ')}`);
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`\0${file.path}\0`);
    hash.update('linkTo' in file ? `link ${file.linkTo}` : createHash('sha256').update(file.bytes).digest());
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Milliseconds that an image of other contents is kept: another machine that has this engine too, and other programs,
 * would have to import its own again at each start.
 */
const kept = 7 * 24 * 3600 * 1000;

/** Images of other contents are of no use once nobody has made them anew for long. Rejects with the engine's error. */
async function forgetOlder(engine: ImageEngine, current: string): Promise<void> {
  for (const { name, created } of await engine.imagesOf(imageLabel)) {
    if (name === current || !name.startsWith(`${repository}:`) || Date.now() - created < kept) continue;
    try {
      await engine.removeImage(name);
    } catch (error) {
      // A container uses it, of a run that lives or was left behind: a later start forgets it.
      if (refusalOf(error)?.status !== 409) throw error;
    }
  }
}

/**
 * The workloads' image in the engine: the named one, which must be there, or one put together from this machine's own
 * programs and imported once. Nothing is pulled. Rejects with the engine's error.
 */
export async function ensureImage(
  engine: ImageEngine,
  architecture: string,
  named: string | undefined,
  tools: () => Promise<ToolsResult> = findTools,
): Promise<ImageResult> {
  if (named !== undefined) {
    if ((await engine.imageId(named)) !== undefined) return { ok: true, name: named, about: `the image ${named}` };
    return { ok: false, message: `The engine has no image ${named}. Load it, or leave --image out.` };
  }
  const found = await tools();
  if (!found.ok) return found;
  const { tools: made } = found;
  if (made.architecture !== architecture) {
    return {
      ok: false,
      message: `The engine runs on ${architecture}, and the programs of this machine are for ${made.architecture}. Name an image that the engine has, with sh and dd, with --image.`,
    };
  }
  const tag = tagOf(made);
  const name = `${repository}:${tag}`;
  if ((await engine.imageId(name)) === undefined) {
    const changes = [`LABEL ${imageLabel}=1`, 'ENV PATH=/bin'];
    try {
      await engine.importImage(Readable.from(archiveOf(made.files)), repository, tag, changes);
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      return {
        ok: false,
        message: `The engine did not take the image: ${refused.message}.`,
        refused: refused.message,
      };
    }
  }
  await forgetOlder(engine, name);
  return { ok: true, name, about: `an image made of ${made.from}` };
}
