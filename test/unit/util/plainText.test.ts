import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/util/displayText';

/** What a renderer shows for text that holds character references. */
function shown(markdown: string): string {
  return markdown.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

describe('plainText', () => {
  it('leaves words alone', () => {
    expect(plainText('overlay2 on 3 disks')).toBe('overlay2 on 3 disks');
  });

  it('shows what it was given', () => {
    expect(shown(plainText('20.10.24+dfsg1 (a_b) [c] <d> `e` $(f) http://g'))).toBe(
      '20.10.24+dfsg1 (a_b) [c] <d> `e` $(f) http://g',
    );
  });

  it.each([
    '[click](command:workbench.action.terminal.new)',
    'https://example.org/',
    'www.example.org',
    'someone@example.org',
    '<a href="command:x">x</a>',
    '![x](https://example.org/x.png)',
    '$(alert)',
    '`code`',
    '# heading',
    '- list',
    '**bold**',
    '&#91;x&#93;(command:y)',
  ])('lets nothing of %j be syntax', (hostile) => {
    expect(plainText(hostile)).toMatch(/^(?:[\p{L}\p{N} ]|&#\d+;)*$/u);
    expect(shown(plainText(hostile))).toBe(hostile);
  });

  it('keeps one line, drops what is invisible, and is bounded', () => {
    expect(plainText('a\n\n# b\tc')).toBe('a &#35; b c');
    expect(plainText('abc\u202Edef\u200b\u0007')).toBe('abcdef');
    expect([...shown(plainText('x'.repeat(5000)))]).toHaveLength(300);
  });

  it('never yields anything but letters, digits, spaces and references', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).toMatch(/^(?:[\p{L}\p{N} ]|&#\d+;)*$/u);
      }),
    );
  });
});
