import { watch, type FSWatcher } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LogLines, type LogPosition } from './logTail';
import { errorMessage } from '../util/format';

/** What happened to the file under the reader. */
export type LogNotice =
  | { readonly kind: 'absent' }
  /** Another file took the name; the old one was read to its end. */
  | { readonly kind: 'rotated' }
  /** The file became shorter (copied and emptied); reading goes on from its start. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'unreadable'; readonly message: string };

export interface LogFollowing {
  readonly path: string;
  /** Where to begin: after what `readLogTail` gave, or at the file's start. */
  readonly from: LogPosition | 'start';
  readonly onLines: (lines: readonly string[]) => void;
  readonly onNotice?: (notice: LogNotice) => void;
  /** Time between two looks when the folder cannot be watched, milliseconds; default 2000. */
  readonly pollMs?: number;
  /** `fs.watch`; tests give one that fails. */
  readonly watchFolder?: typeof watch;
}

const chunkBytes = 64 * 1024;
/** The least time between two passes: a daemon at debug level writes hundreds of lines a second. */
const passMs = 25;

/**
 * Follows a log file as it grows, through rotation by rename, rotation by copying, and absence. It watches the file's
 * folder and reads nothing while nothing happens; memory is bounded by one chunk and one line.
 */
export class LogFollower {
  readonly #following: LogFollowing;
  readonly #name: string;
  readonly #text = new LogLines();
  #handle: FileHandle | undefined;
  #device = 0;
  #inode = 0;
  #offset = 0;
  #start: LogPosition | 'start';
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #lastNotice = '';
  #dirty = false;
  #passing = false;
  #disposed = false;

  constructor(following: LogFollowing) {
    this.#following = following;
    this.#name = basename(following.path);
    this.#start = following.from;
    this.#watchFolder();
    this.#poke();
  }

  /** Stops; nothing is reported afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#watcher?.close();
    this.#endPolling();
    // A pass under way closes the file itself.
    if (!this.#passing) void this.#closeFile();
  }

  #watchFolder(): void {
    const folder = dirname(this.#following.path);
    const fail = (): void => {
      this.#watcher?.close();
      this.#watcher = undefined;
      this.#beginPolling();
    };
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = (this.#following.watchFolder ?? watch)(folder, (_event, changed) => {
        // The folder itself was removed or moved: the watch is dead, and says so under the folder's own name.
        if (changed === basename(folder)) fail();
        // A rotated file is still ours until it was read to its end, and its new name begins with the old one.
        if (changed === null || changed === basename(folder) || changed.startsWith(this.#name)) this.#poke();
      });
      this.#watcher.on('error', fail);
    } catch {
      // ENOSPC and EMFILE: no inotify watches left. ENOENT: no such folder yet. Looking now and then finds out.
      fail();
    }
  }

  #beginPolling(): void {
    if (this.#disposed || this.#poll !== undefined) return;
    this.#poll = setInterval(() => {
      this.#watchFolder();
      this.#poke();
    }, this.#following.pollMs ?? 2000);
  }

  #endPolling(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  #poke(): void {
    this.#dirty = true;
    if (!this.#passing && !this.#disposed) void this.#passUntilQuiet();
  }

  async #passUntilQuiet(): Promise<void> {
    this.#passing = true;
    while (this.#dirty && !this.#disposed) {
      this.#dirty = false;
      try {
        await this.#pass();
        // The folder tells of every change from here on.
        if (this.#watcher !== undefined) this.#endPolling();
      } catch (error) {
        await this.#closeFile();
        this.#notice({ kind: 'unreadable', message: errorMessage(error) });
        // Rights can change without an event for this name.
        this.#beginPolling();
      }
      await pause(passMs);
    }
    this.#passing = false;
    if (this.#disposed) await this.#closeFile();
  }

  /** Reads what is there, and goes over to the file that has the name now. */
  async #pass(): Promise<void> {
    while (!this.#disposed) {
      if (this.#handle === undefined && !(await this.#openFile())) return;
      await this.#readToEnd();
      const named = await this.#identify();
      if (named === undefined || (named.dev === this.#device && named.ino === this.#inode)) return;
      await this.#readToEnd();
      this.#flush();
      await this.#closeFile();
      this.#notice({ kind: 'rotated' });
    }
  }

  async #openFile(): Promise<boolean> {
    try {
      this.#handle = await open(this.#following.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#notice({ kind: 'absent' });
      // Whatever comes under this name will be new.
      this.#start = 'start';
      return false;
    }
    const { dev, ino, size } = await this.#handle.stat();
    this.#device = dev;
    this.#inode = ino;
    const start = this.#start;
    const known = start !== 'start' && start.device === dev && start.inode === ino && start.offset <= size;
    this.#offset = known ? start.offset : 0;
    this.#start = 'start';
    this.#lastNotice = '';
    return true;
  }

  async #readToEnd(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    const { size } = await handle.stat();
    if (size < this.#offset) {
      this.#flush();
      this.#offset = 0;
      this.#notice({ kind: 'truncated' });
    }
    const buffer = Buffer.allocUnsafe(chunkBytes);
    while (!this.#disposed) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const lines = this.#text.take(buffer.subarray(0, bytesRead));
      if (lines.length > 0) this.#report(lines);
    }
  }

  async #identify(): Promise<{ dev: number; ino: number } | undefined> {
    try {
      return await stat(this.#following.path);
    } catch (error) {
      // Renamed away and nothing there yet: the open file is still the log.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #flush(): void {
    const unfinished = this.#text.flush();
    if (unfinished !== undefined) this.#report([unfinished]);
  }

  #report(lines: readonly string[]): void {
    if (!this.#disposed) this.#following.onLines(lines);
  }

  /** A file that stays absent or unreadable is told of once, until it was open again. */
  #notice(notice: LogNotice): void {
    const text = notice.kind === 'absent' || notice.kind === 'unreadable' ? JSON.stringify(notice) : '';
    const again = text !== '' && text === this.#lastNotice;
    this.#lastNotice = text;
    if (!again && !this.#disposed) this.#following.onNotice?.(notice);
  }

  async #closeFile(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
