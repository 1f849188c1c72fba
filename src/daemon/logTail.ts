import { open } from 'node:fs/promises';
import { LogLines } from './logLines';

/** A place in a file that stays right when the file is renamed, and is recognised as wrong when another takes its name. */
export interface LogPosition {
  readonly device: number;
  readonly inode: number;
  /** Bytes from the start. */
  readonly offset: number;
}

export interface LogTail {
  /** Whole lines, oldest first. */
  readonly lines: readonly string[];
  /** A last line that has no line end yet. */
  readonly unfinished?: string;
  /** True when there is more above `lines` in the file. */
  readonly cut: boolean;
  /** Where to go on reading: the start of the unfinished line, else the end. */
  readonly position: LogPosition;
}

const chunkBytes = 64 * 1024;

/**
 * Reads the last lines of a file without reading what is above them, however large it is.
 *
 * @param maxBytes how far from the end to begin; the line this cuts into is left out
 * @throws as `open` and `read` do: ENOENT, EACCES
 */
export async function readLogTail(path: string, maxBytes: number): Promise<LogTail> {
  const handle = await open(path, 'r');
  try {
    const { size, dev, ino } = await handle.stat();
    const begin = Math.max(0, size - maxBytes);
    // One byte earlier tells whether a line begins exactly at `begin`.
    let offset = Math.max(0, begin - 1);
    const text = new LogLines();
    const lines: string[] = [];
    const buffer = Buffer.allocUnsafe(chunkBytes);
    while (offset < size) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(chunkBytes, size - offset), offset);
      if (bytesRead === 0) break;
      for (const line of text.take(buffer.subarray(0, bytesRead))) lines.push(line);
      offset += bytesRead;
    }
    const position = { device: dev, inode: ino, offset: offset - text.pendingBytes };
    const unfinished = text.flush();
    // What stands before the first newline is the end of a line that began above, or nothing.
    if (begin > 0 && lines.length > 0) lines.shift();
    return { lines, cut: begin > 0, position, ...(unfinished !== undefined && { unfinished }) };
  } finally {
    await handle.close();
  }
}
