/** How text is written that XML would read otherwise. */
export interface XmlStyle {
  /** A character as a reference. */
  readonly reference: (character: string) => string;
  /** What is written for characters that XML 1.0 has no way to hold. */
  readonly illegal: string;
  /** The characters besides line ends that become references. */
  readonly escaped: RegExp;
}

const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' };

/** Two ways to write the same text: each of our reports keeps its own, so that a kept one compares equal to a new one. */
export const xmlStyles = {
  named: { escaped: /[&<>"]/g, reference: (character) => `&${names[character] ?? ''};`, illegal: '' },
  numeric: {
    escaped: /[&<>"']/g,
    reference: (character) => `&#${String(character.charCodeAt(0))};`,
    illegal: '\ufffd',
  },
} satisfies Record<string, XmlStyle>;

export interface XmlElement {
  readonly name: string;
  /** In the order in which they are written; without those that are undefined. */
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  /** Elements, each on a line of its own, or text. */
  readonly content?: readonly XmlElement[] | string;
  /** Its elements stay on its own line. */
  readonly inline?: true;
}

function escape(text: string, { escaped, reference, illegal }: XmlStyle): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, illegal)
    .replace(escaped, reference);
}

function openTag({ name, attributes }: XmlElement, style: XmlStyle): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    // A line end in an attribute would be read as a blank.
    value === undefined ? [] : [` ${key}="${escape(String(value), style).replaceAll('\n', '&#10;')}"`],
  );
  return `<${name}${written.join('')}`;
}

function elementLines(element: XmlElement, style: XmlStyle, indent: string): string[] {
  const { name, content = '', inline } = element;
  const open = `${indent}${openTag(element, style)}`;
  if (content.length === 0) return [`${open}/>`];
  if (typeof content === 'string') return [`${open}>${escape(content, style)}</${name}>`];
  const children = content.flatMap((child) => elementLines(child, style, inline === true ? '' : `${indent}  `));
  return inline === true
    ? [`${open}>${children.join('')}</${name}>`]
    : [`${open}>`, ...children, `${indent}</${name}>`];
}

/** A document, without a line end after its last line. */
export function xmlDocument(root: XmlElement, style: XmlStyle): string {
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...elementLines(root, style, '')].join('\n');
}
