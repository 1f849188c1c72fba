import { XMLParser, XMLValidator } from 'fast-xml-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xmlDocument, xmlStyles } from '../../../src/report/xml';

test('elements stand on lines of their own, those of an inline element on its line', () => {
  const leaf = { name: 'failure', attributes: { type: 'error', absent: undefined }, content: 'a < b' };
  const suite = {
    name: 'suite',
    attributes: { tests: 2 },
    content: [
      { name: 'case', attributes: {}, inline: true, content: [leaf] },
      { name: 'case', attributes: {} },
    ],
  } as const;
  expect(xmlDocument(suite, xmlStyles.named)).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<suite tests="2">',
      '  <case><failure type="error">a &lt; b</failure></case>',
      '  <case/>',
      '</suite>',
    ].join('\n'),
  );
});

test.each([
  ['named', "a &amp; &lt;b&gt; &quot;c&quot; 'd'"],
  ['numeric', 'a &#38; &#60;b&#62; &#34;c&#34; &#39;d&#39;'],
] as const)('%s references', (style, written) => {
  const root = { name: 'a', attributes: {}, content: `a & <b> "c" 'd'` };
  expect(xmlDocument(root, xmlStyles[style])).toContain(`<a>${written}</a>`);
});

test('a line end in an attribute is kept, and what XML cannot hold is not written', () => {
  const root = { name: 'a', attributes: { b: 'one\ntwo\u0007' }, content: 'x\u0000\ud800y' };
  expect(xmlDocument(root, xmlStyles.named)).toContain('<a b="one&#10;two">xy</a>');
  expect(xmlDocument(root, xmlStyles.numeric)).toContain('<a b="one&#10;two\ufffd">x\ufffd\ufffdy</a>');
});

test('every text is a well-formed document', () => {
  const parser = new XMLParser({ ignoreAttributes: false, trimValues: false, parseTagValue: false });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(xmlStyles)), (text, style) => {
      const written = xmlDocument(
        { name: 'a', attributes: { b: text }, content: [{ name: 'c', attributes: {}, content: text }] },
        style,
      );
      expect(XMLValidator.validate(written)).toBe(true);
      parser.parse(written);
    }),
  );
});
