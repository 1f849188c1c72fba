import { isUnreadable, readBytes, type ReadResult } from './readResult';

/** Fields of a `/proc/PID/status` (proc_pid_status(5)) by name. */
export type StatusFields = ReadonlyMap<string, string>;

/** The first field of a name counts. */
export function statusFields(text: string): StatusFields {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** One column of a field that is a list of numbers; NaN where there is none. */
export function numberIn(fields: StatusFields, field: string, column: number): number {
  return Number(fields.get(field)?.split(/\s+/u)[column] ?? Number.NaN);
}

/** Of real, effective, saved and file system id: what the kernel compares on `connect`. */
export const effectiveId = 1;

/** A field that is a mask of bits, such as `CapEff` and `SigIgn`. */
export function maskIn(fields: StatusFields, field: string): bigint | undefined {
  const text = fields.get(field) ?? '';
  return /^[\da-f]{1,32}$/iu.test(text) ? BigInt(`0x${text}`) : undefined;
}

/** True: sudo cannot make the process root. Undefined on kernels before 4.10. */
export function noNewPrivilegesOf(fields: StatusFields): boolean | undefined {
  const text = fields.get('NoNewPrivs');
  return text === undefined ? undefined : text === '1';
}

/** More than the longest list of groups that a process of ours has. */
const statusBytes = 65_536;

/** Never throws. */
export async function readStatus(root: string, pid: number | 'self'): Promise<ReadResult<StatusFields>> {
  const read = await readBytes(root, `/proc/${String(pid)}/status`, statusBytes);
  return isUnreadable(read) ? read : statusFields(read.bytes.toString('utf8'));
}

/** The same where absence says enough: without a field. */
export async function statusOf(root: string, pid: number | 'self'): Promise<StatusFields> {
  const read = await readStatus(root, pid);
  return isUnreadable(read) ? new Map() : read;
}
