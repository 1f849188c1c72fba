import { isUnreadable, readText, type Reading } from './readResult';

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

/** Bit numbers, linux/capability.h. */
const capabilityBits = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_DAC_READ_SEARCH: 2,
  CAP_FOWNER: 3,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_MODULE: 16,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_MKNOD: 27,
} as const;
export type Capability = keyof typeof capabilityBits;

/** Whether the process has that capability in effect. */
export function hasCapability(process: OwnProcess, capability: Capability): boolean {
  return (process.capabilities & (1n << BigInt(capabilityBits[capability]))) !== 0n;
}

/** The fields of a `status` file by name; undefined when one that every kernel has is missing or is no number. */
export function parseProcessStatus(text: string): OwnProcess | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  /** One column of a field that is a list of numbers; ids are real, effective, saved, file system. */
  const column = (field: string, index: number): number =>
    Number(fields.get(field)?.split(/\s+/u)[index] ?? Number.NaN);
  const pid = column('Pid', 0);
  const uid = column('Uid', 1);
  const gid = column('Gid', 1);
  const effective = fields.get('CapEff') ?? '';
  if (![pid, uid, gid].every((id) => Number.isSafeInteger(id)) || !/^[\da-f]+$/iu.test(effective)) return undefined;
  const groups = (fields.get('Groups') ?? '').split(/\s+/u).filter((group) => /^\d+$/u.test(group));
  const noNewPrivileges = fields.get('NoNewPrivs');
  return {
    pid,
    uid,
    gid,
    groups: groups.map(Number),
    noNewPrivileges: noNewPrivileges === undefined ? undefined : noNewPrivileges === '1',
    capabilities: BigInt(`0x${effective}`),
  };
}

/** This process, as the tree at `root` tells. Never throws. */
export async function readOwnProcess(root = '/'): Promise<Reading<OwnProcess>> {
  const path = '/proc/self/status';
  const read = await readText(root, path);
  if (isUnreadable(read)) return read;
  return parseProcessStatus(read.text) ?? { unreadable: `${path}: not a process status` };
}
