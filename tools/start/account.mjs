import { existsSync } from 'node:fs';
import { commandPath } from '../lib/commandPath.mjs';
import { Refusal } from '../lib/refusal.mjs';
import { run, runOrRefuse } from '../lib/run.mjs';

/** @typedef {import('../lib/elevation.mjs').Elevate} Elevate */

/**
 * One line of the password database.
 * @typedef {object} Account
 * @property {string} name
 * @property {number} uid
 * @property {number} gid
 * @property {string} home
 * @property {string} shell
 */

/** Made on a machine that has only root: code-server is not to run as root. */
const ownUser = 'coder';

/**
 * A line as `getent passwd` prints it, or undefined when it is not one.
 *
 * @param {string} line
 * @returns {Account | undefined}
 */
export function parseAccount(line) {
  const [name, , uid, gid, , home, shell] = line.trim().split(':');
  if (name === undefined || name === '' || uid === undefined || gid === undefined || home === undefined)
    return undefined;
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return undefined;
  return {
    name,
    uid: Number(uid),
    gid: Number(gid),
    home,
    shell: shell === undefined || shell === '' ? '/bin/sh' : shell,
  };
}

/**
 * @param {string | number} nameOrUid
 * @returns {Promise<Account | undefined>} undefined when there is nobody of that name or number
 */
export async function findAccount(nameOrUid) {
  const { stdout } = await run(['getent', 'passwd', '--', String(nameOrUid)]);
  const account = parseAccount(stdout.split('\n')[0] ?? '');
  // getent takes digits for a user id, also where a name was asked for.
  return typeof nameOrUid === 'string' && account?.name !== nameOrUid ? undefined : account;
}

/**
 * Whose code-server it will be: who was named; else who runs this; for root, who called sudo; else `coder`.
 *
 * @param {object} options
 * @param {string | undefined} options.asked
 * @param {number} options.uid effective user id of this process
 * @param {string | undefined} options.sudoUser SUDO_USER
 * @returns {{ name: string } | { uid: number } | { name: string, create: true }}
 */
export function chooseUser({ asked, uid, sudoUser }) {
  if (asked !== undefined) return { name: asked };
  if (uid !== 0) return { uid };
  if (sudoUser !== undefined && sudoUser !== '' && sudoUser !== 'root') return { name: sudoUser };
  return { name: ownUser, create: true };
}

/**
 * The account of the station's user; makes `coder` on a machine where there is nobody but root.
 *
 * @param {object} options
 * @param {string | undefined} options.asked
 * @param {Elevate | undefined} options.elevate
 * @param {(text: string) => void} options.note
 * @returns {Promise<Account>}
 */
export async function stationAccount({ asked, elevate, note }) {
  const uid = process.geteuid?.() ?? 0;
  const choice = chooseUser({ asked, uid, sudoUser: process.env['SUDO_USER'] });
  let account = await findAccount('uid' in choice ? choice.uid : choice.name);
  if (account === undefined && 'create' in choice) {
    await createAccount(choice.name, elevate);
    account = await findAccount(choice.name);
    note(`${choice.name}, made now with the home folder ${account?.home}`);
  } else {
    note(account?.name ?? '');
  }
  if (account === undefined) {
    throw new Refusal(
      'uid' in choice
        ? `the user id ${choice.uid} has no name on this machine; name a user with --user.`
        : `there is no user "${choice.name}" on this machine; create one with useradd --create-home ${choice.name}, or name another with --user.`,
    );
  }
  if (!existsSync(account.home)) {
    throw new Refusal(
      `the home folder ${account.home} of ${account.name} does not exist; create it or name another user with --user.`,
    );
  }
  if (account.uid !== uid && elevate === undefined) {
    throw new Refusal(
      `running as ${account.name} needs root or a sudo that asks for no password; leave out --user, or run this with sudo.`,
    );
  }
  return account;
}

/**
 * @param {string} name
 * @param {Elevate | undefined} elevate
 */
async function createAccount(name, elevate) {
  const useradd = commandPath('useradd');
  if (useradd === undefined || elevate === undefined) {
    throw new Refusal(
      `there is no user "${name}", and it cannot be created here (useradd not found); name another with --user.`,
    );
  }
  await runOrRefuse(`creating the user ${name}`, elevate([useradd, '--create-home', '--shell', '/bin/bash', name]));
}

/**
 * Wraps a command so that it runs as somebody: with their groups as the group file has them now (membership of
 * `docker` counts), their home, and nothing of our environment but what `keep` names.
 *
 * @param {Account} account
 * @param {Elevate | undefined} elevate undefined when neither root nor sudo is at hand
 * @param {NodeJS.ProcessEnv} environment
 * @returns {(argv: readonly string[]) => string[]}
 */
export function asAccount(account, elevate, environment) {
  const own = (process.geteuid?.() ?? 0) === account.uid;
  const pairs = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return (argv) => {
    const clean = ['env', '-i', ...pairs, ...argv];
    if (own) return clean;
    if (elevate === undefined)
      throw new Refusal(`running as ${account.name} needs root or a sudo that asks for no password.`);
    return elevate(['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--', ...clean]);
  };
}
