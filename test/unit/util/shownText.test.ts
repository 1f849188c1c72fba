import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownText } from '../../../src/util/displayText';

describe('shownText', () => {
  it.each([
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
    expect(shownText(text)).toBe(shown);
  });

  it('cuts what is long and says by how much', () => {
    expect(shownText('x'.repeat(1003))).toBe(`${'x'.repeat(1000)}… (3 more characters)`);
    expect(shownText('abcd', 4)).toBe('abcd');
  });

  it('looks at no more than it keeps', () => {
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
    expect(timed(() => void (shown = shownText(text)))).toBeLessThan(all);
    // Each of 1000 characters becomes 8; the rest is a number.
    expect(shown.length).toBeLessThan(8100);
  });

  it('leaves nothing that acts, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(shownText(text)).not.toMatch(/[\p{Cf}\p{Co}\p{Cs}]|(?![\t\n])\p{Cc}/u);
      }),
    );
  }, 60_000);
});
