import * as v from 'valibot';
import type { Fact } from './fact';

/** A value that nobody changes, down to its last property. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** What a schema of facts describes. */
export type FactsOf<S extends v.GenericSchema> = Immutable<v.InferOutput<S>>;

const unreadableSchema = v.object({ unreadable: v.string() });

/** A slice, or a part of one, that may be unreadable. Chosen by what it has, so that an issue names its path inside. */
export function factSchema<S extends v.GenericSchema>(value: S): v.GenericSchema<Fact<v.InferOutput<S>>> {
  const read = v.object({ value });
  return v.lazy((input) =>
    typeof input === 'object' && input !== null && 'unreadable' in input ? unreadableSchema : read,
  ) as v.GenericSchema<Fact<v.InferOutput<S>>>;
}
