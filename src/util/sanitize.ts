/** Where a text is shown, and what it must not do there. */
export interface Surface {
  /** Characters that act there, or that nobody sees and that make a line read as another. */
  readonly acting: RegExp;
  /** What stands in their place. */
  readonly becomes: string | ((characters: string) => string);
  /** Characters that are kept. */
  readonly maxLength: number;
}

function named(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `<U+${code.padStart(4, '0')}>`;
}

/**
 * The page is where somebody looks for the cause: what is in a text is seen there, and does nothing. Lines stay lines.
 */
const pageSurface: Surface = {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  acting: /\r\n|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Co}\p{Cs}]/gu,
  becomes: (found) => (found === '\r\n' ? '\n' : named(found)),
  maxLength: Infinity,
};

/** A report is read in a terminal and by programs: a text is one line there, and joiners of scripts and emoji stay. */
export const reportSurface: Surface = {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  acting: /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g,
  becomes: ' ',
  maxLength: 2000,
};

/** Tooltips and rows of a menu are one line with little room, which each of them cuts in its own way. */
export const labelSurface: Surface = {
  acting: /\s+|[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu,
  becomes: (found) => (/^\s/u.test(found) ? ' ' : ''),
  maxLength: Infinity,
};

/** The editor's terminal obeys escape sequences; our own texts go there too, with their line ends, and are never cut. */
export const consoleSurface: Surface = {
  acting: /[\p{Cf}\p{Co}\p{Cs}]|[^\P{Cc}\n]/gu,
  becomes: '',
  maxLength: Infinity,
};

/** Text of others (a daemon's answer, a log line, a path) for a surface that it must not act on, nor on the eye. */
export function sanitizeForDisplay(text: string, { acting, becomes, maxLength }: Surface): string {
  const harmless = typeof becomes === 'string' ? text.replace(acting, becomes) : text.replace(acting, becomes);
  return harmless.slice(0, maxLength);
}

/** The same for the page, where what is cut off is told of. */
export function sanitizeForPage(text: string, maxLength = 1000): string {
  // Cut first: a line of 10 MB is not looked through for its control characters.
  const kept = text.length > maxLength ? text.slice(0, maxLength) : text;
  const visible = sanitizeForDisplay(kept, pageSurface);
  return kept.length < text.length ? `${visible}… (${String(text.length - maxLength)} more characters)` : visible;
}

/** Characters of a tooltip's text at most. */
const maxTooltip = 300;

/**
 * Text of others for a Markdown tooltip: everything but letters, digits and spaces becomes a numeric character reference.
 * Such a reference is shown as its character and can never be syntax, so there is no link, autolink, image, heading, code
 * or `$(icon)` in it, whatever dialect renders it. Backslashes would not do: they are undone before theme icons are looked
 * for.
 */
export function escapeForTooltip(text: string): string {
  const points = [...sanitizeForDisplay(text, labelSurface).trim()];
  const cut = points.length > maxTooltip ? [...points.slice(0, maxTooltip - 1), '…'] : points;
  return cut.map((c) => (/[\p{L}\p{N} ]/u.test(c) ? c : `&#${c.codePointAt(0)};`)).join('');
}
