import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consoleSurface,
  escapeForTooltip,
  labelSurface,
  reportSurface,
  sanitizeForDisplay,
  sanitizeForPage,
} from '../../../src/util/sanitize';

describe('sanitizeForPage', () => {
  test.each([
    ['plain text, <b>markup</b> and $(icon)', 'plain text, <b>markup</b> and $(icon)'],
    ['\u001b[31mred\u001b[0m', '<U+001B>[31mred<U+001B>[0m'],
    ['a\r\nb\tc', 'a\nb\tc'],
    ['a\rb\u0000', 'a<U+000D>b<U+0000>'],
    ['\u009b31m', '<U+009B>31m'],
    ['safe\u202egnp.exe', 'safe<U+202E>gnp.exe'],
    ['zero\u200bwidth\u00ad', 'zero<U+200B>width<U+00AD>'],
    ['half of a pair \ud83d', 'half of a pair <U+D83D>'],
    ['a whale \u{1f433}', 'a whale \u{1f433}'],
  ])('shows %j as %j', (text, shown) => {
    expect(sanitizeForPage(text)).toBe(shown);
  });

  test('cuts what is long and says by how much', () => {
    expect(sanitizeForPage('x'.repeat(1003))).toBe(`${'x'.repeat(1000)}… (3 more characters)`);
    expect(sanitizeForPage('abcd', 4)).toBe('abcd');
  });

  test('looks at no more than it keeps', () => {
    const text = '\u001b'.repeat(50_000_000);
    const timed = (work: () => void): number => {
      const began = performance.now();
      work();
      return performance.now() - began;
    };
    // The first look at a text that was put together takes the longest.
    const all = timed(() => {
      for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) !== 27) throw new Error('another character');
    });
    let shown = '';
    expect(timed(() => void (shown = sanitizeForPage(text)))).toBeLessThan(all);
    // Each of 1000 characters becomes 8; the rest is a number.
    expect(shown.length).toBeLessThan(8100);
  });

  test('leaves nothing that acts, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sanitizeForPage(text)).not.toMatch(/[\p{Cf}\p{Co}\p{Cs}]|(?![\t\n])\p{Cc}/u);
      }),
    );
  }, 60_000);
});

/** What a renderer shows for text that holds character references. */
function shown(markdown: string): string {
  return markdown.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

describe('escapeForTooltip', () => {
  test('leaves words alone', () => {
    expect(escapeForTooltip('overlay2 on 3 disks')).toBe('overlay2 on 3 disks');
  });

  test('shows what it was given', () => {
    expect(shown(escapeForTooltip('20.10.24+dfsg1 (a_b) [c] <d> `e` $(f) http://g'))).toBe(
      '20.10.24+dfsg1 (a_b) [c] <d> `e` $(f) http://g',
    );
  });

  test.each([
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
    expect(escapeForTooltip(hostile)).toMatch(/^(?:[\p{L}\p{N} ]|&#\d+;)*$/u);
    expect(shown(escapeForTooltip(hostile))).toBe(hostile);
  });

  test('keeps one line, drops what is invisible, and is bounded', () => {
    expect(escapeForTooltip('a\n\n# b\tc')).toBe('a &#35; b c');
    expect(escapeForTooltip('abc\u202Edef\u200b\u0007')).toBe('abcdef');
    expect([...shown(escapeForTooltip('x'.repeat(5000)))]).toHaveLength(300);
  });

  test('never yields anything but letters, digits, spaces and references', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeForTooltip(text)).toMatch(/^(?:[\p{L}\p{N} ]|&#\d+;)*$/u);
      }),
    );
  });
});

describe('sanitizeForDisplay, by where a text is shown', () => {
  test.each([
    ['report', reportSurface, 'a\r\nb\u001b[31m\u200d\u202e', 'a b [31m\u200d '],
    ['label', labelSurface, 'a\r\nb\u001b[31m\u200d', 'a b[31m'],
    ['console', consoleSurface, 'a\r\nb\u001b[31m\u200d', 'a\nb[31m'],
  ] as const)('on a %s', (_name, surface, text, shown) => {
    expect(sanitizeForDisplay(text, surface)).toBe(shown);
  });
});
