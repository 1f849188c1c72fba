import { access } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { usersFile } from '../helper/paths';
import { type PrivilegeFacts, noSudo, refusalBeforehand } from '../helper/refusal';
import { judgeAccess, type AccessJudgement, type AccessFacts } from '../diagnosis/access';
import { readHelperUsers } from '../host/helperUsers';
import { maskIn, noNewPrivilegesOf, statusOf } from '../host/processStatus';
import { readSocketAccess } from '../host/socketPath';

/** Login name of this process's user, or its uid as text where the user database does not know it. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // uv_os_get_passwd fails with ENOENT for a uid without an entry: containers run with arbitrary ones.
    return String(process.geteuid?.() ?? '');
  }
}

/** What decides whether sudo can work for this process. Read anew each time: it is a millisecond, on a click. */
export async function readPrivileges(): Promise<PrivilegeFacts> {
  const status = await statusOf('/', 'self');
  return {
    uid: process.geteuid?.() ?? -1,
    userName: loginName(),
    noNewPrivs: noNewPrivilegesOf(status),
    capabilityBound: maskIn(status, 'CapBnd'),
  };
}

/** Whether the helper was installed for this user. */
export async function isServed(userName: string): Promise<boolean> {
  return (await readHelperUsers()).includes(userName);
}

/** Why the socket refuses this process; undefined when the facts to tell it could not be read. */
export async function readAccess(
  socketPath: string,
  kind: AccessFacts['process']['kind'],
): Promise<AccessJudgement | undefined> {
  const facts = await readSocketAccess(socketPath, loginName(), usersFile);
  return facts && judgeAccess({ ...facts, process: { ...facts.process, kind } });
}

/** Why sudo in a terminal could not make anybody root, or undefined when it can be tried. */
export async function setUpObstacle(): Promise<string | undefined> {
  const facts = await readPrivileges();
  if (facts.uid === 0) return undefined;
  const hasSudo = await access('/usr/bin/sudo').then(
    () => true,
    () => false,
  );
  const refusal = refusalBeforehand(facts) ?? (hasSudo ? undefined : noSudo());
  return refusal === undefined ? undefined : `${refusal.message} ${refusal.nextStep}`;
}
