import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkTrust, helperFiles, isAbsent, type TrustOptions } from './trust';
import { errorMessage } from '../util/format';

/** The installed copy of the helper against the one that came with this program. */
export type Installed =
  | { readonly status: 'missing'; readonly path: string }
  /** There, but somebody other than root could change it, so it is never run. */
  | { readonly status: 'untrusted'; readonly path: string; readonly why: string }
  /** Root's own, of other content than ours; versions may be equal when only the content differs. */
  | { readonly status: 'outdated'; readonly installedVersion: string; readonly bundledVersion: string }
  | { readonly status: 'current'; readonly version: string };

export interface InstalledOptions extends TrustOptions {
  /** The folder `scripts/` of this program, with `dind-helper` and `lib/`. */
  readonly bundledFolder: string;
}

interface HelperCopy {
  /** SHA-256, hexadecimal, over `name NUL content` of each file in the order of the names. */
  readonly digest: string;
  readonly version: string;
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

/**
 * Compares the installed helper with the bundled one. Rights are judged before content, because a file that others can
 * change may be anything a moment later.
 *
 * @throws when the bundled copy cannot be read: this program is damaged then, and no comparison means anything
 */
export async function checkInstalled(options: InstalledOptions): Promise<Installed> {
  const bundled = await readCopy(options.bundledFolder);
  const trust = await checkTrust(options);
  if (trust.status !== 'trusted') return trust;
  try {
    const installed = await readCopy(trust.folder);
    return installed.digest === bundled.digest
      ? { status: 'current', version: installed.version }
      : { status: 'outdated', installedVersion: installed.version, bundledVersion: bundled.version };
  } catch (error) {
    if (isAbsent(error)) return { status: 'missing', path: trust.folder };
    const why = errorMessage(error);
    return { status: 'untrusted', path: trust.folder, why: `it cannot be read: ${why}` };
  }
}
