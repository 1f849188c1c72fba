/** @typedef {import('./account.mjs').Account} Account */

/** Where a login of an ordinary user on Debian looks for programs, with the sbin folders that dockerd's tools are in. */
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What of the caller's environment says something about the machine or the language, and nothing about the caller. */
const passed = /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|COLORTERM|(?:https?|no|all)_proxy|NODE_EXTRA_CA_CERTS)$/i;

/**
 * The environment that code-server starts with. It is built up and not cleaned down, so that it is the same from a
 * terminal, from npm and from within another code-server (whose CODE_SERVER_PARENT_PID and VSCODE_IPC_HOOK_CLI would
 * turn a new server into a client of that one).
 *
 * @param {Account} account
 * @param {NodeJS.ProcessEnv} env of the caller
 * @param {string} runtimeFolder where code-server puts its sockets
 * @returns {NodeJS.ProcessEnv}
 */
export function stationEnvironment(account, env, runtimeFolder) {
  return {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(Object.entries(env).filter(([name]) => passed.test(name))),
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    SHELL: account.shell,
    PATH: path,
    XDG_RUNTIME_DIR: runtimeFolder,
  };
}
