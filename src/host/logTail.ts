import { open } from 'node:fs/promises';

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

/** A line longer than this, in bytes, is handed out in pieces: a log may hold a megabyte without a newline. */
export const maxLineBytes = 64 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;

/** Where to cut bytes so that no UTF-8 sequence is torn: at `limit`, or up to three bytes before it. */
function cutBefore(bytes: Buffer, limit: number): number {
  let at = limit;
  // 0b10xxxxxx continues a sequence; its first byte is at most three bytes earlier.
  while (at > limit - 4 && at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at > limit - 4 && at > 0 ? at : limit;
}

/** Turns chunks of bytes, cut anywhere, into whole lines of text. Holds at most one incomplete line. */
export class LogLines {
  #rest: Buffer = Buffer.alloc(0);

  /** The lines that `chunk` completed, without their line ends. */
  take(chunk: Buffer): string[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      const trimmed = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
      lines.push(bytes.toString('utf8', start, trimmed));
      start = end + 1;
    }
    while (bytes.length - start > maxLineBytes) {
      const cut = start + cutBefore(bytes.subarray(start), maxLineBytes);
      lines.push(bytes.toString('utf8', start, cut));
      start = cut;
    }
    // A copy: a view would keep the whole chunk alive for the sake of a few bytes.
    this.#rest = Buffer.from(bytes.subarray(start));
    return lines;
  }

  /** How many bytes wait for the end of their line. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /** The incomplete line, when nothing more can follow it (the file was rotated away); undefined when there is none. */
  flush(): string | undefined {
    const text = this.#rest.length === 0 ? undefined : this.#rest.toString('utf8');
    this.#rest = Buffer.alloc(0);
    return text;
  }
}
