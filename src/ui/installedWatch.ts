import { watch } from 'node:fs';
import { dirname } from 'node:path';

/** Watches a folder that may not exist yet, and its parent for its creation. Reports changes and never fails. */
export function watchFolder(folder: string, onChange: () => void): { close(): void } {
  let inner: { close(): void } | undefined;
  const open = (path: string, changed: () => void): { close(): void } | undefined => {
    try {
      const watcher = watch(path, changed);
      // The folder was removed, or the watch lost: the parent's watch, or the terminal's end, leads to another look.
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      // ENOENT: not there yet. ENOSPC: no inotify watches left; then the terminal's end is the only sign.
      return undefined;
    }
  };
  const reopen = (): void => {
    inner?.close();
    inner = open(folder, onChange);
  };
  reopen();
  const outer = open(dirname(folder), () => {
    reopen();
    onChange();
  });
  return {
    close: () => {
      inner?.close();
      outer?.close();
    },
  };
}
