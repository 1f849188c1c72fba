/**
 * Where the privileged side lives. ARCHITECTURE.md has the same table; the helper itself owns these paths, and its
 * `install` verb writes them. Everything is an absolute path on purpose: the editor's PATH is that of a login shell.
 */
export const helperFolder = '/usr/local/lib/dind-station';
export const helperProgram = `${helperFolder}/dind-helper`;
export const sudoProgram = '/usr/bin/sudo';
export const stateFile = '/run/dind-station/state.json';
export const daemonLog = '/var/log/dockerd.log';
export const usersFile = '/etc/dind-station/users';
/** Where the daemon that the helper starts listens, in both of its names. */
export const managedSockets: readonly string[] = ['/var/run/docker.sock', '/run/docker.sock'];
