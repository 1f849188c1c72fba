import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Folders that a login shell's PATH leaves out for ordinary users, and that hold dockerd, iptables and useradd. */
const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Full path of a program, looked for on PATH and then in the system's folders, or undefined.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 */
export function commandPath(name, env = process.env) {
  for (const folder of [...(env['PATH'] ?? '').split(delimiter), ...systemFolders]) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    if (isExecutableFile(path)) return path;
  }
  return undefined;
}

/** @param {string} path */
function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Any errno means the same here: nothing at this path that we could run.
    return false;
  }
}
