import { effectiveId, maskIn, noNewPrivilegesOf, numberIn, readStatus, type StatusFields } from './processStatus';
import { isUnreadable, type ReadResult } from './readResult';

/** What this process may do, from `/proc/self/status` (proc_pid_status(5)). */
export interface OwnProcess {
  readonly pid: number;
  /** Effective ids: what the kernel compares on `connect`. */
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, fixed when the session began: a later change of `/etc/group` does not show here. */
  readonly groups: readonly number[];
  /** True: sudo cannot make us root. Undefined on kernels before 4.10. */
  readonly noNewPrivileges: boolean | undefined;
  /** Effective capabilities, one bit each. */
  readonly capabilities: bigint;
}

/** Undefined when a field that every kernel has is missing or is no number. */
export function ownProcessOf(fields: StatusFields): OwnProcess | undefined {
  const [pid, uid, gid] = [
    numberIn(fields, 'Pid', 0),
    numberIn(fields, 'Uid', effectiveId),
    numberIn(fields, 'Gid', effectiveId),
  ];
  const capabilities = maskIn(fields, 'CapEff');
  if (![pid, uid, gid].every((id) => Number.isSafeInteger(id)) || capabilities === undefined) return undefined;
  const groups = (fields.get('Groups') ?? '').split(/\s+/u).filter((group) => /^\d+$/u.test(group));
  return { pid, uid, gid, groups: groups.map(Number), noNewPrivileges: noNewPrivilegesOf(fields), capabilities };
}

/** This process, as the tree at `root` tells. Never throws. */
export async function readOwnProcess(root = '/'): Promise<ReadResult<OwnProcess>> {
  const read = await readStatus(root, 'self');
  if (isUnreadable(read)) return read;
  return ownProcessOf(read) ?? { unreadable: '/proc/self/status: not a process status' };
}
