import type { Unreadable } from '../readResult';

/** One slice: what was read, or why it could not be (the path and the errno, or the deadline that passed). */
export type Fact<T> = { readonly value: T } | Unreadable;

/** The value, or undefined where it could not be read. */
export function valueOf<T>(fact: Fact<T>): T | undefined {
  return 'value' in fact ? fact.value : undefined;
}
