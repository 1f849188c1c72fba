import { randomUUID } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { refusalOf, type EngineCalls, type ListedContainer } from '../engine/engineCalls';
import { ownLabel } from '../engine/events';
import { readStat } from '../host/processTable';
import { readText, isUnreadable } from '../host/readResult';
import { errorText } from './runErrors';

const pidLabel = 'dind-station.limits.pid';
const startLabel = 'dind-station.limits.start';
const hostLabel = 'dind-station.limits.host';
const untilLabel = 'dind-station.limits.until';

/** Who runs the checks: enough to tell later, from another process, whether it still does. */
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
  const stat = await readStat(root, pid);
  return stat === undefined || stat.state === 'Z' ? undefined : String(stat.startTicks);
}

async function hostName(root = '/'): Promise<string> {
  const boot = await readText(root, '/proc/sys/kernel/random/boot_id');
  // Containers of one machine can have one name, and each its own process 42.
  const processes = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${hostname()} ${isUnreadable(boot) ? '' : boot.text.trim()} ${processes}`;
}

/** Runs of this process that live. An editor's process outlives many: that it is there says nothing about one of them. */
const living = new Set<string>();

/** This process as the owner of a run, which lives until `endRun`. `seconds`: how long a run takes at the very most. */
export async function beginRun(run: string, seconds: number, now: number): Promise<Owner> {
  living.add(run);
  const [start, host] = await Promise.all([startOf(process.pid), hostName()]);
  return { run, pid: process.pid, start: start ?? '', host, until: now + seconds * 1000 };
}

/** The run removes nothing any more: what it has left is for the next one to remove. */
export function endRun(run: string): void {
  living.delete(run);
}

export function labelsOf(owner: Owner): Record<string, string> {
  return {
    [ownLabel]: owner.run,
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
  const run = labels[ownLabel] ?? '';
  const whole = [pidLabel, startLabel, untilLabel].every((label) => /^\d{0,20}$/u.test(labels[label] ?? 'none'));
  return run !== '' && labels[hostLabel] !== undefined && whole && name.startsWith(`dind-station-${run}-`);
}

/** Whether the run that a container's labels name is over, so that nobody will remove the container any more. */
async function isOver(labels: Readonly<Record<string, string>>, now: number): Promise<boolean> {
  if (now > Number(labels[untilLabel])) return true;
  if (labels[hostLabel] !== (await hostName())) return false;
  if ((await startOf(Number(labels[pidLabel]))) !== labels[startLabel]) return true;
  return labels[pidLabel] === String(process.pid) && !living.has(labels[ownLabel] ?? '');
}

type RemovingEngine = Pick<EngineCalls, 'containers' | 'remove'>;

/** Containers that are still there, by their ids, each with why. */
export type Left = ReadonlyMap<string, string>;

/** For the report: each container with why it is still there. */
export function leftWords(left: Left): string[] {
  return [...left].map(([id, why]) => `container ${id.slice(0, 12)}: ${why}`);
}

/**
 * Removes what earlier runs left that ended before they could; containers of a run that lives stay. One that the engine
 * would not remove is told, and keeps nobody from going on. Rejects when the engine does not answer.
 */
export async function removeLeftovers(
  engine: RemovingEngine,
  now: number,
): Promise<{ readonly removed: number; readonly left: Left }> {
  let removed = 0;
  const left = new Map<string, string>();
  for (const container of await engine.containers(ownLabel)) {
    if (!isOfRun(container) || !(await isOver(container.labels, now))) continue;
    try {
      await engine.remove(container.id);
      removed += 1;
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      left.set(container.id, refused.message);
    }
  }
  return { removed, left };
}

/**
 * Removes whatever of one run is still there, such as a container whose making was answered too late to be known. Gives
 * what could not be removed. Rejects when the engine does not list its containers.
 */
export async function removeRun(engine: RemovingEngine, run: string): Promise<Left> {
  const left = new Map<string, string>();
  const own = (await engine.containers(`${ownLabel}=${run}`)).filter(isOfRun);
  // Beside each other: of an engine that falls silent meanwhile each would be waited for in turn.
  await Promise.all(
    own.map(async ({ id }) => engine.remove(id).catch((error: unknown) => left.set(id, errorText(error)))),
  );
  return left;
}
