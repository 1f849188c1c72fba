/**
 * Control characters (tab and line end excepted), and directions, joiners and other marks that nobody sees and that make
 * a line read as another.
 */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Co}\p{Cs}]/gu;

function named(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `<U+${code.padStart(4, '0')}>`;
}

/**
 * Text of others for the page: what would act on a terminal or on the eye becomes its number, so that it is seen and
 * does nothing.
 *
 * @param longest characters that are kept; what is cut off is told of
 */
export function shownText(text: string, longest = 1000): string {
  // Cut first: a line of 10 MB is not looked through for its control characters.
  const kept = text.length > longest ? text.slice(0, longest) : text;
  const visible = kept.replaceAll('\r\n', '\n').replace(acting, named);
  return kept.length < text.length ? `${visible}… (${String(text.length - longest)} more characters)` : visible;
}
