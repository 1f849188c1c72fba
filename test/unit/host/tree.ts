import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Makes a tree of small files to read from; text that begins with `->` makes a link. Gives its top. */
export function makeTree(files: Readonly<Record<string, string>>): string {
  const top = mkdtempSync(join(tmpdir(), 'dind-station-test-'));
  for (const [path, text] of Object.entries(files)) {
    const full = join(top, path);
    mkdirSync(dirname(full), { recursive: true });
    if (text.startsWith('->')) symlinkSync(text.slice(2), full);
    else writeFileSync(full, text);
  }
  return top;
}

export function removeTree(top: string): void {
  rmSync(top, { recursive: true, force: true });
}
