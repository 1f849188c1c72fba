/** A line longer than this, in bytes, is handed out in pieces: a log may hold a megabyte without a newline. */
export const longestLine = 64 * 1024;

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
  private rest: Buffer = Buffer.alloc(0);

  /** The lines that `chunk` completed, without their line ends. */
  take(chunk: Buffer): string[] {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      const trimmed = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
      lines.push(bytes.toString('utf8', start, trimmed));
      start = end + 1;
    }
    while (bytes.length - start > longestLine) {
      const cut = start + cutBefore(bytes.subarray(start), longestLine);
      lines.push(bytes.toString('utf8', start, cut));
      start = cut;
    }
    // A copy: a view would keep the whole chunk alive for the sake of a few bytes.
    this.rest = Buffer.from(bytes.subarray(start));
    return lines;
  }

  /** How many bytes wait for the end of their line. */
  get pendingBytes(): number {
    return this.rest.length;
  }

  /** The incomplete line, when nothing more can follow it (the file was rotated away); undefined when there is none. */
  flush(): string | undefined {
    const text = this.rest.length === 0 ? undefined : this.rest.toString('utf8');
    this.rest = Buffer.alloc(0);
    return text;
  }
}
