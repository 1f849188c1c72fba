/** What must be known of a program to put it into an image (elf(5)). */
export interface ElfProgram {
  /** As `uname -m` prints it; undefined for one that is not in the table. */
  readonly architecture: string | undefined;
  /** The loader's path; undefined for a static program, which needs nothing else. */
  readonly interpreter: string | undefined;
  /** Names of shared libraries, as linked. */
  readonly needed: readonly string[];
}

/** `e_machine` by number, linux/elf-em.h. */
const architectures: Readonly<Record<number, string>> = {
  3: 'i686',
  21: 'ppc64le',
  22: 's390x',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
};

const segment = { load: 1, dynamic: 2, interpreter: 3 } as const;
const tag = { needed: 1, stringTable: 5 } as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Numbers of the file's own byte order and width. Reading past its end throws RangeError. */
class ElfFields {
  readonly #bytes: Buffer;
  readonly #little: boolean;
  readonly wide: boolean;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.wide = bytes[4] === 2;
    this.#little = bytes[5] === 1;
  }

  half(at: number): number {
    return this.#little ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  int(at: number): number {
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  /** An address or offset of the file's width. */
  word(at: number): number {
    if (!this.wide) return this.int(at);
    return Number(this.#little ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigUInt64BE(at));
  }

  text(at: number): string {
    const end = this.#bytes.indexOf(0, at);
    if (end < 0) throw new RangeError('a name has no end');
    return this.#bytes.toString('utf8', at, end);
  }
}

function segmentsOf(fields: ElfFields): Segment[] {
  const { wide } = fields;
  const start = fields.word(wide ? 32 : 28);
  const size = fields.half(wide ? 54 : 42);
  const count = fields.half(wide ? 56 : 44);
  return Array.from({ length: count }, (_none, index) => {
    const at = start + index * size;
    return {
      type: fields.int(at),
      offset: fields.word(at + (wide ? 8 : 4)),
      address: fields.word(at + (wide ? 16 : 8)),
      size: fields.word(at + (wide ? 32 : 16)),
    };
  });
}

function neededBy(fields: ElfFields, segments: readonly Segment[]): string[] {
  const dynamic = segments.find(({ type }) => type === segment.dynamic);
  if (dynamic === undefined) return [];
  const width = fields.wide ? 8 : 4;
  const entries: { readonly kind: number; readonly value: number }[] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 2 * width) {
    const kind = fields.word(at);
    if (kind === 0) break;
    entries.push({ kind, value: fields.word(at + width) });
  }
  const table = entries.find(({ kind }) => kind === tag.stringTable)?.value;
  // The table is named by its address in memory; the segment that is loaded there says where that is in the file.
  const home = segments.find(
    ({ type, address, size }) =>
      type === segment.load && table !== undefined && table >= address && table < address + size,
  );
  if (table === undefined || home === undefined) return [];
  const strings = table - home.address + home.offset;
  return entries.filter(({ kind }) => kind === tag.needed).map(({ value }) => fields.text(strings + value));
}

/** Reads a program without running anything of it; undefined when the bytes are no ELF file, or a damaged one. */
export function parseElf(bytes: Buffer): ElfProgram | undefined {
  if (bytes.length < 64 || bytes.toString('latin1', 0, 4) !== '\u007fELF') return undefined;
  try {
    const fields = new ElfFields(bytes);
    const segments = segmentsOf(fields);
    const interpreter = segments.find(({ type }) => type === segment.interpreter);
    return {
      architecture: architectures[fields.half(18)],
      interpreter: interpreter === undefined ? undefined : fields.text(interpreter.offset),
      needed: neededBy(fields, segments),
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
