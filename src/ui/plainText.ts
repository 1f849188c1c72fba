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
