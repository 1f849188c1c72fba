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

const longest = 300;

/**
 * Text of others (a daemon's answer, a log line, a path) for a Markdown tooltip: everything but letters, digits and
 * spaces becomes a numeric character reference. Such a reference is shown as its character and can never be syntax, so
 * there is no link, autolink, image, heading, code or `$(icon)` in it, whatever dialect renders it. Backslashes would
 * not do: they are undone before theme icons are looked for. Direction overrides and other invisible characters are
 * dropped, because they can make a line read as another.
 */
export function plainText(text: string): string {
  const visible = text.replace(/\s+/gu, ' ').replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '');
  const points = [...visible.trim()];
  const cut = points.length > longest ? [...points.slice(0, longest - 1), '…'] : points;
  return cut.map((c) => (/[\p{L}\p{N} ]/u.test(c) ? c : `&#${c.codePointAt(0)};`)).join('');
}
