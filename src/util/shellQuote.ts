/**
 * One word for a POSIX shell, for commands a person pastes. Words without special characters stay as they are, so that
 * the common case reads well; everything else stands in single quotes, where only the quote itself is special.
 */
export function shellQuote(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** An argument list as a line to paste. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ');
}
