import { randomUUID } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { EngineCalls, ListedContainer } from '../engine/engineCalls';
import { readText, isUnreadable } from '../machine/reading';

/** What every container of a run carries. */
export const runLabel = 'dind-station.limits.run';
const pidLabel = 'dind-station.limits.pid';
const startLabel = 'dind-station.limits.start';
const hostLabel = 'dind-station.limits.host';
const untilLabel = 'dind-station.limits.until';

/** Who runs the proofs: enough to tell later, from another process, whether it still does. */
export interface Owner {
  readonly run: string;
  readonly pid: number;
  /** When that process started, in the kernel's ticks since boot: a PID alone may be somebody else's by now. */
  readonly start: string;
  /** The machine, its boot and its PID namespace. */
  readonly host: string;
  /** Milliseconds since the epoch after which it is over, wherever it ran. */
  readonly until: number;
}

/** The start of a process in ticks; undefined when there is none, or it is a zombie. */
async function startOf(pid: number, root = '/'): Promise<string | undefined> {
  const read = await readText(root, `/proc/${String(pid)}/stat`);
  if (isUnreadable(read)) return undefined;
  // The name in parentheses may have blanks and parentheses in it; what follows the last one has not.
  const fields = read.text.slice(read.text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

async function hostName(root = '/'): Promise<string> {
  const boot = await readText(root, '/proc/sys/kernel/random/boot_id');
  // Containers of one machine can have one name, and each its own process 42.
  const processes = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${hostname()} ${isUnreadable(boot) ? '' : boot.text.trim()} ${processes}`;
}

/** This process as an owner. `seconds`: how long a run takes at the very most. */
export async function ownRun(run: string, seconds: number, now: number): Promise<Owner> {
  const [start, host] = await Promise.all([startOf(process.pid), hostName()]);
  return { run, pid: process.pid, start: start ?? '', host, until: now + seconds * 1000 };
}

export function labelsOf(owner: Owner): Record<string, string> {
  return {
    [runLabel]: owner.run,
    [pidLabel]: String(owner.pid),
    [startLabel]: owner.start,
    [hostLabel]: owner.host,
    [untilLabel]: String(owner.until),
  };
}

/** A name for a container of a run. It begins with the run's: labels alone come with an image, or are set by hand. */
export function containerName(run: string): string {
  return `dind-station-${run}-${randomUUID().slice(0, 8)}`;
}

/** Whether a container was made by the run that its labels name. Whatever else carries the label is somebody's own. */
export function isOfRun({ name, labels }: Pick<ListedContainer, 'name' | 'labels'>): boolean {
  const run = labels[runLabel] ?? '';
  const whole = [pidLabel, startLabel, untilLabel].every((label) => /^\d{0,20}$/u.test(labels[label] ?? 'none'));
  return run !== '' && labels[hostLabel] !== undefined && whole && name.startsWith(`dind-station-${run}-`);
}

/** Whether the run that a container's labels name is over, so that nobody will remove the container any more. */
async function isOver(labels: Readonly<Record<string, string>>, now: number): Promise<boolean> {
  if (now > Number(labels[untilLabel])) return true;
  if (labels[hostLabel] !== (await hostName())) return false;
  return (await startOf(Number(labels[pidLabel]))) !== labels[startLabel];
}

/** Removes what earlier runs left that ended before they could; containers of a run that lives stay. How many were removed. */
export async function removeLeftovers(
  engine: Pick<EngineCalls, 'containers' | 'remove'>,
  now: number,
): Promise<number> {
  let removed = 0;
  for (const container of await engine.containers(runLabel)) {
    if (!isOfRun(container) || !(await isOver(container.labels, now))) continue;
    await engine.remove(container.id);
    removed += 1;
  }
  return removed;
}
