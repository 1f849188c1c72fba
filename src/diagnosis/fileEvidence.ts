import type { DaemonConfigFacts } from '../machine/facts/daemon';
import type { Evidence } from './finding';
import { seen } from './rule';

/** Something that stands in daemon.json under a key; the editor marks that key. */
export function seenIn({ file }: Pick<DaemonConfigFacts, 'file'>, key: string, value: unknown): Evidence {
  return seen(`${file.path} ${key}`, value);
}

/** The key that a piece of evidence is about, if it is from that file: the inverse of `seenIn`. */
export function keyIn(path: string, { source }: Evidence): string | undefined {
  return source.startsWith(`${path} `) ? source.slice(path.length + 1) : undefined;
}
