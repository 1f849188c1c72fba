import { daemonFileChangedAt, readDaemonFile } from './daemonFile';
import type { DaemonConfigFacts, DaemonFile } from './facts/daemon';
import { lookInDaemonPath, packageManagers } from './programs';
import { defined } from './readResult';

/** Short names dockerd knows, with the long ones they stand for. */
// prettier-ignore
const longNames: Readonly<Record<string, string>> = {
  H: 'host', D: 'debug', G: 'group', b: 'bridge', g: 'graph', l: 'log-level', p: 'pidfile', s: 'storage-driver',
};

/** Flags that take no value unless `=` follows. */
// prettier-ignore
const switches = new Set([
  'debug', 'tls', 'tlsverify', 'ipv6', 'iptables', 'ip6tables', 'ip-forward', 'ip-masq', 'icc', 'live-restore', 'init',
  'experimental', 'selinux-enabled', 'userland-proxy', 'raw-logs', 'no-new-privileges', 'rootless', 'validate',
  'bridge-accept-fwmark', 'allow-direct-routing', 'disable-legacy-registry', 'version', 'help',
]);

/** dockerd's command line as flags by long name, each with its values in order; a switch alone is `true`. */
export function parseFlags(argv: readonly string[]): Record<string, readonly string[]> {
  const flags = new Map<string, string[]>();
  const words = argv.slice(1);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const match = /^--?(?<name>[A-Za-z][\w-]*)(?:=(?<value>.*))?$/su.exec(word);
    if (match?.groups === undefined) continue;
    const { name = '', value } = match.groups;
    const long = word.startsWith('--') ? name : (longNames[name] ?? name);
    const given = value ?? (switches.has(long) ? 'true' : (words.shift() ?? ''));
    flags.set(long, [...(flags.get(long) ?? []), given]);
  }
  return Object.fromEntries(flags);
}

/** Strings under a key of the file: one, or a list of them. */
function stringsOf(file: DaemonFile, key: string): readonly string[] {
  if (file.state !== 'parsed') return [];
  const value = file.content[key];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
}

// prettier-ignore
const programs = [
  'dockerd', 'containerd', 'containerd-shim-runc-v2', 'runc', 'docker-init', 'docker-proxy', 'iptables', 'ip6tables',
  ...packageManagers,
] as const;

/**
 * The daemon's configuration: file, flags, and what follows from both. Never throws.
 *
 * @param argv of the running dockerd, undefined when none runs or it is hidden
 */
export async function readDaemonConfig(root: string, argv: readonly string[] | undefined): Promise<DaemonConfigFacts> {
  const flags = argv === undefined ? undefined : parseFlags(argv);
  const path = flags?.['config-file']?.at(-1) ?? '/etc/docker/daemon.json';
  const [file, fileChangedAt, found] = await Promise.all([
    readDaemonFile(root, path),
    daemonFileChangedAt(root, path),
    Promise.all(programs.map(async (name) => ({ name, ...(await lookInDaemonPath(root, name)) }))),
  ]);
  const paths = defined(Object.fromEntries(found.map(({ name, found: path }) => [name, path])));
  const closed = found.flatMap((program) => program.closed ?? []);
  const closedPrograms = closed.length === 0 ? undefined : closed;
  return defined({ ...configOf(file, flags, paths), closedPrograms, fileChangedAt });
}

/** Where dockerd was told to find its containerd; undefined where it was not told, or its configuration cannot be read. */
export function containerdAddress(config: DaemonConfigFacts | undefined): string | undefined {
  if (config === undefined) return undefined;
  return config.flags?.['containerd']?.at(-1) ?? stringsOf(config.file, 'containerd').at(-1);
}

/** What follows from file, flags and defaults together; flags win, as in dockerd. */
export function configOf(
  file: DaemonFile,
  flags: DaemonConfigFacts['flags'],
  programs: DaemonConfigFacts['programs'],
): DaemonConfigFacts {
  const flag = (name: string): readonly string[] => flags?.[name] ?? [];
  const setting = (name: string, fallback: string): string =>
    flag(name).at(-1) ?? stringsOf(file, name).at(-1) ?? fallback;
  const hosts = [...flag('host'), ...stringsOf(file, 'hosts')];
  const graph = flag('graph').at(-1) ?? stringsOf(file, 'graph').at(-1);
  return defined({
    file,
    flags,
    dataRoot: setting('data-root', graph ?? '/var/lib/docker'),
    execRoot: setting('exec-root', '/var/run/docker'),
    pidFile: setting('pidfile', '/var/run/docker.pid'),
    hosts: hosts.length === 0 ? ['unix:///var/run/docker.sock'] : hosts,
    programs,
  });
}
