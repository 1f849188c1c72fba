import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogLines, maxLineBytes } from '../../../src/host/logTail';

function readIn(bytes: Buffer, cuts: readonly number[]): { lines: string[]; rest: string | undefined } {
  const reader = new LogLines();
  const lines: string[] = [];
  let from = 0;
  for (const cut of [...cuts].map((at) => at % (bytes.length + 1)).sort((a, b) => a - b)) {
    lines.push(...reader.take(bytes.subarray(from, cut)));
    from = cut;
  }
  lines.push(...reader.take(bytes.subarray(from)));
  return { lines, rest: reader.flush() };
}

describe('lines out of chunks', () => {
  test('are the same wherever the chunks are cut, also inside a character', () => {
    const text = fc.array(
      fc.oneof(fc.constant('\n'), fc.constant('\r\n'), fc.string({ unit: 'grapheme', maxLength: 5 })),
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''), 'utf8');
        expect(readIn(bytes, cuts)).toEqual(readIn(bytes, []));
        const { lines, rest } = readIn(bytes, cuts);
        expect([...lines, rest ?? ''].join('\n')).toBe(parts.join('').replaceAll('\r\n', '\n'));
      }),
      { numRuns: 300 },
    );
  });

  test('an endless line is handed out in pieces, no character torn', () => {
    const reader = new LogLines();
    const line = 'a'.repeat(maxLineBytes - 1) + '€'.repeat(40_000);
    const pieces = reader.take(Buffer.from(line));
    expect(reader.pendingBytes).toBeLessThanOrEqual(maxLineBytes);
    const all = [...pieces, ...reader.take(Buffer.from('\n'))];
    expect(all.length).toBeGreaterThan(2);
    expect(all.join('')).toBe(line);
    expect(all.join('')).not.toContain('\ufffd');
  });

  test('bytes that are no UTF-8 do not stop it', () => {
    const reader = new LogLines();
    const junk = Buffer.alloc(maxLineBytes * 2, 0x80);
    expect(reader.take(junk).length).toBeGreaterThan(0);
    expect(reader.pendingBytes).toBeLessThanOrEqual(maxLineBytes);
  });
});
