import type { CapabilitySets } from './facts/identity';
import { maskIn, type StatusFields } from './processStatus';

/** By bit number, linux/capability.h, without `CAP_`. */
// prettier-ignore
const names = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP',
  'LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER',
  'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE',
  'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP',
  'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF',
  'CHECKPOINT_RESTORE',
] as const;

/** The names in a mask; an unknown bit is its number. */
export function capabilityNames(mask: bigint): readonly string[] {
  let bits = mask;
  const found: string[] = [];
  for (let bit = 0; bits > 0n; bit += 1, bits >>= 1n) if ((bits & 1n) === 1n) found.push(names[bit] ?? String(bit));
  return found;
}

export function capabilitySets(fields: StatusFields): CapabilitySets | undefined {
  const [effective, bounding] = [maskIn(fields, 'CapEff'), maskIn(fields, 'CapBnd')];
  if (effective === undefined || bounding === undefined) return undefined;
  return { effective: capabilityNames(effective), bounding: capabilityNames(bounding) };
}
