import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellQuote } from '../util/shellQuote';

/** What the launcher runs. */
export interface LauncherParts {
  /** The program that runs this extension: node, or an Electron that acts as one. Terminals may have no node at all. */
  readonly execPath: string;
  readonly electron: boolean;
  /** The `dist/cli.js` of this version of the extension. */
  readonly program: string;
}

/**
 * The `dind-station` of the terminals. Its place stays the same when the extension or the editor is updated, because
 * terminals that are open keep their PATH; what it runs is written anew by the next activation.
 */
export function launcherText({ execPath, electron, program }: LauncherParts): string {
  const asNode = electron ? 'ELECTRON_RUN_AS_NODE=1 ' : '';
  return `#!/bin/sh
# Written by the extension Docker-in-Docker Station each time it is activated.
node=${shellQuote(execPath)}
program=${shellQuote(program)}
if [ ! -x "$node" ] || [ ! -f "$program" ]; then
  echo 'dind-station: the editor or the extension was updated or removed. Reload the window and try again.' >&2
  exit 127
fi
${asNode}exec "$node" "$program" "$@"
`;
}

/** Writes the launcher into a folder in one step, and only when it changed. Rejects when that fails. */
export async function writeLauncher(folder: string, parts: LauncherParts): Promise<void> {
  const path = join(folder, 'dind-station');
  const text = launcherText(parts);
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(folder, { recursive: true });
  // Windows that open at the same time write files of their own; the last rename counts.
  const fresh = `${path}.${String(process.pid)}`;
  try {
    await writeFile(fresh, text);
    await chmod(fresh, 0o755);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
