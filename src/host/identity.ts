import { parseGroups, type Group } from '../util/unixGroups';
import { capabilitySets } from './capabilities';
import type { CapabilityFacts, IdMapping, IdentityFacts, SecurityFacts, UserNamespaceFacts } from './facts/identity';
import { inDaemonPath } from './programs';
import { readOwnProcess } from './ownProcess';
import { noNewPrivilegesOf, readStatus, statusOf, type StatusFields } from './processStatus';
import { defined, exists, isUnreadable, numberOf, readText, textOf, type ReadResult } from './readResult';

/** Login name of a uid in the text of `/etc/passwd`; empty when there is none. */
export function userNameOf(passwd: string, uid: number): string {
  return (
    passwd
      .split('\n')
      .find((line) => line.split(':')[2] === String(uid))
      ?.split(':')[0] ?? ''
  );
}

/** Who this is. `socketGid`: the group of the engine's socket, whose entry is wanted as well. Never throws. */
export async function readIdentity(root: string, socketGid: number | undefined): Promise<ReadResult<IdentityFacts>> {
  const [own, groups, passwd] = await Promise.all([
    readOwnProcess(root),
    readGroups(root),
    textOf(root, '/etc/passwd'),
  ]);
  if (isUnreadable(own)) return own;
  const userName = userNameOf(passwd ?? '', own.uid);
  const wanted = isUnreadable(groups)
    ? []
    : groups.filter(({ name, gid, members }) => name === 'docker' || gid === socketGid || members.includes(userName));
  return { pid: own.pid, uid: own.uid, gid: own.gid, userName, groupIds: own.groups, groups: wanted };
}

/** Never throws. */
export async function readCapabilities(root: string): Promise<ReadResult<CapabilityFacts>> {
  const [own, init, last] = await Promise.all([
    readStatus(root, 'self'),
    statusOf(root, 1),
    numberOf(root, '/proc/sys/kernel/cap_last_cap'),
  ]);
  if (isUnreadable(own)) return own;
  const sets = capabilitySets(own);
  if (sets === undefined) return { unreadable: '/proc/self/status: not a process status' };
  return defined({ own: sets, init: capabilitySets(init), last });
}

/** `Seccomp:` as prctl(2) numbers it. */
function seccompOf(fields: StatusFields): SecurityFacts['seccomp'] {
  switch (fields.get('Seccomp')) {
    case '0':
      return 'disabled';
    case '1':
      return 'strict';
    case '2':
      return 'filter';
    default:
      return undefined;
  }
}

/** Never throws. */
export async function readSecurity(root: string): Promise<ReadResult<SecurityFacts>> {
  const [own, init, label, modules, apparmor, parser, selinux] = await Promise.all([
    readStatus(root, 'self'),
    statusOf(root, 1),
    textOf(root, '/proc/self/attr/current', 4096),
    textOf(root, '/sys/kernel/security/lsm', 4096),
    textOf(root, '/sys/module/apparmor/parameters/enabled', 16),
    inDaemonPath(root, 'apparmor_parser'),
    exists(root, '/sys/fs/selinux/enforce'),
  ]);
  if (isUnreadable(own)) return own;
  // The kernel ends it with a NUL on some modules, with a newline on others.
  const cleanLabel = label?.replace(/[\0\n]+$/u, '');
  return defined({
    seccomp: seccompOf(own),
    initSeccomp: seccompOf(init),
    noNewPrivileges: noNewPrivilegesOf(own),
    label: cleanLabel === '' ? undefined : cleanLabel,
    modules: modules?.trim().split(','),
    apparmorEnabled: apparmor === undefined ? undefined : apparmor.trim() === 'Y',
    apparmorParser: parser !== undefined,
    selinux,
  });
}

/** `/proc/N/uid_map` (user_namespaces(7)); lines that are none are left out. */
export function parseIdMap(text: string): IdMapping[] {
  return text.split('\n').flatMap((line) => {
    const numbers = line.trim().split(/\s+/u);
    if (numbers.length !== 3 || !numbers.every((word) => /^\d{1,10}$/u.test(word))) return [];
    const [inside = 0, outside = 0, count = 0] = numbers.map(Number);
    return [{ inside, outside, count }];
  });
}

/** All ids there are, as the first namespace maps them. */
const everyId = 4_294_967_295;

/** Never throws. */
export async function readUserNamespace(root: string): Promise<ReadResult<UserNamespaceFacts>> {
  const [uids, gids, setgroups] = await Promise.all([
    readText(root, '/proc/self/uid_map'),
    textOf(root, '/proc/self/gid_map'),
    textOf(root, '/proc/self/setgroups', 16),
  ]);
  if (isUnreadable(uids)) return uids;
  const uidMap = parseIdMap(uids.text);
  const [first] = uidMap;
  return defined({
    uidMap,
    gidMap: parseIdMap(gids ?? ''),
    initial: uidMap.length === 1 && first?.inside === 0 && first.outside === 0 && first.count === everyId,
    setgroupsDenied: setgroups === undefined ? undefined : setgroups.trim() === 'deny',
  });
}

/** The groups of the tree at `root`. Never throws. */
export async function readGroups(root = '/'): Promise<ReadResult<readonly Group[]>> {
  const read = await readText(root, '/etc/group');
  return isUnreadable(read) ? read : parseGroups(read.text);
}
