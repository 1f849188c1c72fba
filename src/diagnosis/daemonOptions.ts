import schema from '../../media/daemon.schema.json';

/** What the schema of daemon.json says of an option beside its type, under `x-engine`. */
export interface DaemonOption {
  /** The first engine that knows it, such as 28.0; absent: known before 20.10. */
  readonly since?: string;
  /** The first engine that refuses it; absent: none so far. */
  readonly until?: string;
  /** Its name on the command line where that is another; empty: it has none. */
  readonly flag?: string;
  /** What file and command line say adds up, so that saying both is no conflict. */
  readonly merges?: boolean;
  /** What took its place. */
  readonly use?: string;
}

/** Every option that some engine from 20.10 to 29 takes from daemon.json: the schema's, which the editor uses as well. */
export const daemonOptions: ReadonlyMap<string, DaemonOption> = new Map(
  Object.entries(schema.properties as Readonly<Record<string, { 'x-engine'?: DaemonOption }>>).map(([key, option]) => [
    key,
    option['x-engine'] ?? {},
  ]),
);

/** An object whose keys dockerd takes as if they stood beside it; they are read from nowhere else. */
const group = 'proxies';
const grouped: readonly string[] = Object.keys(schema.properties[group].properties);

/** Names of flags that are no keys. dockerd takes them for known because of the flag, and reads nothing from them. */
const flagNames: ReadonlyMap<string, string> = new Map(
  [...daemonOptions].flatMap(([key, { flag }]) =>
    flag === undefined || flag === '' || daemonOptions.has(flag) ? [] : [[flag, key] as const],
  ),
);

type Content = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys of daemon.json with their values, as dockerd compares them with its flags: what is grouped stands beside. */
export function directives(content: Content): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(content).flatMap(([key, value]) =>
      key === group && isObject(value) ? Object.entries(value) : [[key, value] as const],
    ),
  );
}

/** -1, 0 or 1 for two versions by their first two numbers: all that options come and go with. */
function compare(one: string, other: string): number {
  const numbers = (version: string): readonly number[] => version.split('.').map((part) => Number.parseInt(part, 10));
  const [a = 0, b = 0] = numbers(one);
  const [c = 0, d = 0] = numbers(other);
  return Math.sign(a - c || b - d);
}

/**
 * Why an engine does not start with a key, in words that follow "it is"; undefined when it does.
 *
 * @param version of the engine, such as 26.1.5; undefined: not known, so that only what every engine refuses is told
 */
export function refusalOf(key: string, version: string | undefined): string | undefined {
  const option = daemonOptions.get(grouped.includes(key) ? group : key);
  if (option === undefined) return flagNames.has(key) ? undefined : 'known to no engine';
  if (version === undefined) return undefined;
  if (option.since !== undefined && compare(version, option.since) < 0)
    return `for engine ${option.since} and later, this one is ${version}`;
  if (option.until === undefined || compare(version, option.until) < 0) return undefined;
  return `refused since engine ${option.until}${option.use === undefined ? '' : `, now "${option.use}"`}`;
}

/** What to write in place of a key that dockerd takes and never reads: `hosts` for `host`. Undefined for all others. */
export function properPlace(key: string, content: Content): string | undefined {
  if (grouped.includes(key)) return key in content ? group : undefined;
  return flagNames.get(key);
}

/** The flag that says the same as a key, so that saying both stops the daemon; undefined when there is none. */
export function conflictingFlag(key: string): string | undefined {
  const { flag = key, merges = false } = daemonOptions.get(key) ?? {};
  return flag === '' || merges ? undefined : flag;
}
