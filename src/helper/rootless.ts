import { lstatSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { helperFolder } from './paths';
import type { JudgedProgram } from '../util/child';
import { checkTrust, ownProgram, trustedProgram } from './trust';

/**
 * A daemon of the user's own (`scripts/dind-rootless`): who looks after it, and where its things are. They are the
 * places of docs.docker.com/engine/security/rootless, beside the socket in the user's runtime folder.
 */
type Environment = Readonly<Record<string, string | undefined>>;

/** What `dind-rootless` is given of the environment besides HOME and TERM: places, proxies, and the session's bus. */
export const rootlessNames = [
  'XDG_RUNTIME_DIR',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'XDG_CONFIG_HOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'DOCKER_HOST',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
] as const;

/** The runtime folder that the environment names; a relative one counts for nothing. */
function namedRuntimeFolder(environment: Environment): string | undefined {
  const named = environment['XDG_RUNTIME_DIR'] ?? '';
  return named.startsWith('/') ? named : undefined;
}

/** The runtime folders `dind-rootless` chooses from where none is named, in its order. */
function usualRuntimeFolders(uid: number): readonly [string, string] {
  return [`/run/user/${String(uid)}`, `/tmp/dind-station-${String(uid)}`];
}

/** Whether a folder is that user's alone, which `dind-rootless` asks of the one it takes. */
export function isPrivateFolder(folder: string, uid: number): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === uid && (stats.mode & 0o7777) === 0o700;
}

/**
 * The socket where this user's own daemon would listen, were it started now. A runtime folder that the environment names
 * is taken whatever it is: `dind-rootless` says what is wrong with it.
 */
export function rootlessSocket(
  environment: Environment,
  uid: number,
  usable: (folder: string) => boolean = (folder) => isPrivateFolder(folder, uid),
): string {
  const [usual, last] = usualRuntimeFolders(uid);
  return join(namedRuntimeFolder(environment) ?? (usable(usual) ? usual : last), 'docker.sock');
}

/** Whether a socket is that of this user's own daemon. Root has none: its daemon is the helper's. */
export function isRootlessSocket(
  socketPath: string,
  environment: Environment = process.env,
  uid: number = process.geteuid?.() ?? 0,
): boolean {
  const folders = [namedRuntimeFolder(environment), ...usualRuntimeFolders(uid)];
  return uid !== 0 && folders.some((folder) => folder !== undefined && socketPath === join(folder, 'docker.sock'));
}

/** The state file of the daemon behind such a socket. */
export function rootlessStateFile(socketPath: string): string {
  return join(dirname(socketPath), 'dind-station', 'state.json');
}

/** The log, where no state file names it yet. */
export function rootlessLog(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? '/', '.local', 'state');
  return join(state, 'dind-station', 'dockerd.log');
}

/**
 * The program: the installed copy, where only root could have changed it, else the one in `bundledFolder`, which as the
 * user's own needs no trust of root's.
 */
export async function rootlessProgram(bundledFolder: string): Promise<JudgedProgram> {
  const installed = join(helperFolder, 'dind-rootless');
  const own = ownProgram(join(bundledFolder, 'dind-rootless'));
  const trust = await checkTrust();
  if (trust.status !== 'trusted') return own;
  return access(installed).then(
    () => trustedProgram(installed, trust),
    () => own,
  );
}
