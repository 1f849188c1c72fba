import { basename, dirname, join } from 'node:path';
import { parseFlags } from './daemonConfig';
import { readArgv } from './processes';
import { textOf } from './readResult';
import { realPath } from './realPath';
import { listenerAt, parseListening } from './socket';

/** Whether somebody listens where a daemon finds its containerd. */
export type ContainerdLife =
  /** `inode`: of the listening socket, which another containerd at the same path does not have. */
  { readonly alive: true; readonly inode: string } | { readonly alive: false; readonly address: string };

/** dockerd takes this one, where it exists, before it starts one of its own. */
export const systemSocket = '/run/containerd/containerd.sock';

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.replace(/^unix:\/\//u, '') : undefined;
}

/** What daemon.json says, where it says anything that can be read: the daemon may have begun before it did. */
async function keysOf(root: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const keys: unknown = JSON.parse((await textOf(root, path)) ?? '{}');
    return typeof keys === 'object' && keys !== null ? { ...keys } : {};
  } catch {
    // Edited since the daemon read it, and no JSON now.
    return {};
  }
}

/** Where the containerd of a daemon can be, by the daemon's own arguments; the likeliest first. */
async function addressesOf(root: string, argv: readonly string[], socketPath: string): Promise<readonly string[]> {
  const flags = parseFlags(argv);
  const named = text(flags['containerd']?.at(-1));
  if (named !== undefined) return [named];
  const keys = await keysOf(root, flags['config-file']?.at(-1) ?? '/etc/docker/daemon.json');
  const execRoot = flags['exec-root']?.at(-1) ?? text(keys['exec-root']) ?? join(dirname(socketPath), 'docker');
  const own = join(execRoot, 'containerd/containerd.sock');
  return [text(keys['containerd']), own, systemSocket].filter((address) => address !== undefined);
}

/**
 * Whether the containerd of the daemon with that PID, which listens at `socketPath`, is alive: by the daemon's own arguments and by
 * what the kernel lists of listening sockets, which each user may read. Undefined where that process is not the daemon, or cannot
 * be seen. Never throws.
 */
export async function readContainerdLife(
  pid: number,
  socketPath: string,
  root = '/',
): Promise<ContainerdLife | undefined> {
  const [argv, unix] = await Promise.all([
    readArgv(root, pid),
    // Of the daemon's own network namespace, which may be another than ours.
    textOf(root, `/proc/${String(pid)}/net/unix`),
  ]);
  if (argv === undefined || unix === undefined || basename(argv[0] ?? '') !== 'dockerd') return undefined;
  const listening = parseListening(unix);
  const at = async (path: string): Promise<string | undefined> =>
    listenerAt(listening, path, (await realPath(path, root)) ?? path);
  if ((await at(socketPath)) === undefined) return undefined;
  const addresses = await addressesOf(root, argv, socketPath);
  for (const address of addresses) {
    const inode = await at(address);
    if (inode !== undefined) return { alive: true, inode };
  }
  return { alive: false, address: addresses[0] ?? systemSocket };
}
