/** Directions, joiners and other marks that make a line read as another; soft hyphens and the like with them. */
const invisible = /[\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/**
 * Text of others for the page: control characters become the pictures Unicode has for them (␛ for an escape), so that a
 * terminal's codes are seen and do nothing, and invisible marks become their numbers. Line ends and tabs stay.
 *
 * @param longest characters that are kept; what is cut off is told of
 */
export function shownText(text: string, longest = 1000): string {
  // Cut first: a line of 10 MB is not looked through for its control characters.
  const kept = text.length > longest ? text.slice(0, longest) : text;
  const visible = kept
    .replace(/\r\n/gu, '\n')
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    .replace(/[\u0000-\u0008\u000b-\u001f]/gu, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    // oxlint-disable-next-line no-control-regex -- DEL and the second set of control characters
    .replace(/[\u007f-\u009f]/gu, (c) => (c === '\u007f' ? '\u2421' : `<U+00${c.charCodeAt(0).toString(16)}>`))
    .replace(invisible, (c) => `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`);
  return kept.length < text.length ? `${visible}… (${String(text.length - longest)} more characters)` : visible;
}
