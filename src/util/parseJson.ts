import * as v from 'valibot';

/** JSON that is as the schema says; undefined when it is not, or is no JSON. */
export function parseJson<T>(schema: v.GenericSchema<unknown, T>, text: string): T | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = v.safeParse(schema, json);
  return result.success ? result.output : undefined;
}
