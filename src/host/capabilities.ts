import type { CapabilitySets } from './facts/identity';

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

/** The names in a mask such as `00000000a80425fb`; an unknown bit is its number. Undefined when it is no mask. */
export function capabilityNames(mask: string | undefined): readonly string[] | undefined {
  if (mask === undefined || !/^[\da-f]{1,16}$/iu.test(mask)) return undefined;
  let bits = BigInt(`0x${mask}`);
  const found: string[] = [];
  for (let bit = 0; bits > 0n; bit += 1, bits >>= 1n) if ((bits & 1n) === 1n) found.push(names[bit] ?? String(bit));
  return found;
}

/** Fields of a `/proc/N/status`; the first of a name counts. */
export function statusFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

export function capabilitySets(fields: ReadonlyMap<string, string>): CapabilitySets | undefined {
  const [effective, bounding] = [capabilityNames(fields.get('CapEff')), capabilityNames(fields.get('CapBnd'))];
  return effective === undefined || bounding === undefined ? undefined : { effective, bounding };
}
