import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Elevation } from './elevation';
import { helperFolder } from './places';

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

/** It is the user's own program: nothing stands before it, and sudo never asks. */
export const withoutElevation: Elevation = { prefix: [], cancelPrefix: [], asks: false };

/** The runtime folders `dind-rootless` may choose, in its order. */
function runtimeFolders(environment: Environment, uid: number): string[] {
  const own = environment['XDG_RUNTIME_DIR'] ?? '';
  const usual = [`/run/user/${String(uid)}`, `/tmp/dind-station-${String(uid)}`];
  return own.startsWith('/') ? [own, ...usual] : usual;
}

/** The socket where this user's own daemon would listen, were it started now. */
export function rootlessSocket(environment: Environment, uid: number): string {
  return join(runtimeFolders(environment, uid)[0] ?? '', 'docker.sock');
}

/** Whether a socket is that of this user's own daemon. Root has none: its daemon is the helper's. */
export function isRootlessSocket(
  socketPath: string,
  environment: Environment = process.env,
  uid: number = process.geteuid?.() ?? 0,
): boolean {
  return uid !== 0 && runtimeFolders(environment, uid).some((folder) => socketPath === join(folder, 'docker.sock'));
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

/** The program: the installed copy, else the one in `bundledFolder`, which as the user's own needs no trust of root's. */
export async function rootlessProgram(bundledFolder: string): Promise<string> {
  const installed = join(helperFolder, 'dind-rootless');
  return access(installed).then(
    () => installed,
    () => join(bundledFolder, 'dind-rootless'),
  );
}
