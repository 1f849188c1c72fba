import { existsSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Tells that something happened to one path: made, removed, renamed, written, or given other permissions. While its
 * folder does not exist, the nearest folder above is watched for the way to it. Where the kernel gives no watch
 * (inotify's limits), it says so once in the log and stays silent: whoever uses it must ask from time to time too.
 */
export class PathWatch {
  readonly #path: string;
  readonly #changed: () => void;
  readonly #log: (line: string) => void;
  #watcher: FSWatcher | undefined;
  #again: NodeJS.Immediate | undefined;
  #disposed = false;

  constructor(path: string, changed: () => void, log: (line: string) => void) {
    this.#path = path;
    this.#changed = changed;
    this.#log = log;
    this.#arm();
  }

  dispose(): void {
    this.#disposed = true;
    this.#watcher?.close();
    this.#watcher = undefined;
    clearImmediate(this.#again);
  }

  /** Watches the folder of the path, or the nearest one above that exists. */
  #arm(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    let folder = dirname(this.#path);
    let child = basename(this.#path);
    for (;;) {
      try {
        this.#watcher = this.#watch(folder, child);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
        if ((code !== 'ENOENT' && code !== 'ENOTDIR') || folder === dirname(folder)) {
          this.#log(`${folder} cannot be watched (${code}): changes there are found by asking, up to 5 s later.`);
          return;
        }
        child = basename(folder);
        folder = dirname(folder);
        continue;
      }
      // Made after the watch on it was refused and before this one began, so no event will tell.
      if (folder !== dirname(this.#path) && existsSync(join(folder, child))) this.#armSoon();
      return;
    }
  }

  #watch(folder: string, child: string): FSWatcher {
    const onTheWay = folder !== dirname(this.#path);
    const watcher = watch(folder, (event, name) => {
      if (name === child) {
        if (onTheWay) this.#armSoon();
        else this.#changed();
      } else if (event === 'rename' && (name === basename(folder) || name === null)) {
        // The watched folder itself has gone, and its watch with it.
        this.#armSoon();
      }
    });
    watcher.on('error', (error) => {
      this.#log(`The watch on ${folder} ended: ${error.message}. Changes there are found by asking, up to 5 s later.`);
      watcher.close();
    });
    return watcher;
  }

  /** A burst of events is one new watch. What happened meanwhile was not seen, so it counts as a change. */
  #armSoon(): void {
    if (this.#again !== undefined || this.#disposed) return;
    this.#again = setImmediate(() => {
      this.#again = undefined;
      this.#arm();
      this.#changed();
    });
  }
}
