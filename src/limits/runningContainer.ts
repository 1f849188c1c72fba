import { EngineCalls, type ContainerStats, type HostConfig, type InspectedContainer } from '../engine/engineCalls';
import type { Endpoint } from '../engine/endpoint';
import { readCgroupPath, type CgroupPathLevel, type CgroupPath, type Limited } from '../host/cgroupPath';
import { isUnreadable, type ReadResult } from '../host/readResult';
import { notSeen, outerLimit, outerPlace } from './environment';
import { formatCpus, formatMiB } from '../util/format';

/** One limit of a running container: what it was configured to, what the kernel was told, what it uses. */
export interface ConfiguredLimit {
  readonly limit: Limited;
  /** Bytes, CPUs or processes; null: none asked for. */
  readonly configured: number | null;
  /** Null: no limit in the kernel. Absent: it cannot be read from here. */
  readonly kernel?: number | null;
  /** The smallest around it, which holds instead when it is smaller. */
  readonly outer?: { readonly value: number; readonly place: string };
  /** Bytes, CPUs (over the time watched) or processes. */
  readonly used?: number;
  /**
   * `agrees`: the kernel was told what was configured. `overruled`: it was, and a limit around it is smaller. `default`:
   * nothing was configured, and whoever makes the groups gives each a limit.
   */
  readonly verdict: 'agrees' | 'differs' | 'overruled' | 'unlimited' | 'default' | 'not-seen';
  readonly reason: string;
}

export interface ContainerLimits {
  readonly schema: 1;
  readonly id: string;
  readonly name: string;
  /** Where the kernel's values come from. */
  readonly source: 'cgroup files' | 'stats API' | 'cgroup files and stats API';
  readonly limits: readonly ConfiguredLimit[];
}

/** Milliseconds between the two looks that give the use of CPU time. */
const watched = 1000;

interface Seen {
  readonly name: ConfiguredLimit['limit'];
  readonly configured: number | undefined;
  /** `none`: the kernel has no limit; undefined: not seen. */
  readonly kernel: number | 'none' | undefined;
  readonly outer: { readonly value: number; readonly place: string } | undefined;
  readonly used: number | undefined;
  readonly tolerance: number;
  /** Why its group cannot be seen from here. */
  readonly hidden?: string;
}

function words(name: ConfiguredLimit['limit'], value: number): string {
  switch (name) {
    case 'memory':
      return formatMiB(value);
    case 'cpus':
      return `${formatCpus(value)} CPUs`;
    case 'pids':
      return `${String(value)} processes`;
  }
}

/** Pure. */
export function judgeConfigured({ name, configured, kernel, outer, used, tolerance, hidden }: Seen): ConfiguredLimit {
  const base = {
    limit: name,
    configured: configured ?? null,
    ...(kernel !== undefined && { kernel: kernel === 'none' ? null : kernel }),
    ...(outer !== undefined && { outer }),
    ...(used !== undefined && { used }),
  };
  const why = hidden === undefined ? '' : ` Its group cannot be seen from here: ${hidden}.`;
  const told = (verdict: ConfiguredLimit['verdict'], reason: string): ConfiguredLimit => ({
    ...base,
    verdict,
    reason: `${reason}${why}`,
  });
  const holds = configured === undefined ? '' : words(name, configured);
  const smaller = outer !== undefined && (configured === undefined || outer.value < configured);
  const around = smaller ? `${words(name, outer.value)} of ${outer.place}` : '';
  if (configured === undefined) {
    if (typeof kernel === 'number') {
      const untold = `None was asked for, the kernel holds ${words(name, kernel)}`;
      // What systemd gives to every scope that it makes (DefaultTasksMax), where it makes the containers' groups.
      return name === 'pids'
        ? told('default', `${untold}, as systemd does by default.`)
        : told('differs', `${untold}.`);
    }
    return told('unlimited', smaller ? `None was asked for; ${around} hold.` : 'None was asked for.');
  }
  if (kernel === undefined)
    return told('not-seen', `${holds} were asked for; the kernel's value cannot be read from here.`);
  if (kernel === 'none') return told('differs', `${holds} were asked for, and the kernel holds no limit.`);
  if (Math.abs(kernel - configured) > tolerance) {
    return told('differs', `${holds} were asked for, the kernel holds ${words(name, kernel)}.`);
  }
  if (smaller) return told('overruled', `Without effect: the smaller limit, ${around}, holds first.`);
  return told('agrees', `The kernel holds what was asked for, ${holds}.`);
}

/** What a HostConfig asks for; undefined for none. */
function configuredOf(host: HostConfig, name: ConfiguredLimit['limit']): number | undefined {
  const positive = (value: number | null | undefined): number | undefined =>
    value !== null && value !== undefined && value > 0 ? value : undefined;
  switch (name) {
    case 'memory':
      return positive(host.Memory);
    case 'cpus': {
      const quota = positive(host.CpuQuota);
      const nano = positive(host.NanoCpus);
      return nano === undefined ? quota && quota / (positive(host.CpuPeriod) ?? 100_000) : nano / 1e9;
    }
    case 'pids':
      return positive(host.PidsLimit);
  }
}

/** Pages of 64 KiB; a systemd driver's 10 ms per second; none. */
const tolerances = { memory: 65_536, cpus: 0.011, pids: 0 } as const;

/** What was read at one moment. */
interface Look {
  /** Milliseconds of a clock that does not jump. */
  readonly at: number;
  readonly path: ReadResult<CgroupPath>;
  readonly stats: ContainerStats;
}

async function look(engine: EngineCalls, endpoint: Endpoint, { id, pid }: InspectedContainer): Promise<Look> {
  const far: ReadResult<CgroupPath> = { unreadable: `the engine is at ${endpoint.display}` };
  const path = endpoint.kind === 'unix' ? await readCgroupPath(pid, '/', id) : far;
  const at = performance.now();
  return { at, path, stats: sourceOf(path) === 'cgroup files' ? {} : await engine.stats(id) };
}

const all = ['memory', 'cpus', 'pids'] as const;

/** Undefined where none of its groups can be seen. */
const ownLevel = (path: ReadResult<CgroupPath>): CgroupPathLevel | undefined =>
  isUnreadable(path) ? undefined : path.levels[0];

function sourceOf(path: ReadResult<CgroupPath>): ContainerLimits['source'] {
  if (ownLevel(path) === undefined) return 'stats API';
  return all.some((name) => notSeen(path, name) !== undefined) ? 'cgroup files and stats API' : 'cgroup files';
}

function compare(container: InspectedContainer, before: Look, after: Look): ConfiguredLimit[] {
  const { path, stats } = after;
  const [earlier, own] = [ownLevel(before.path), ownLevel(path)];
  const [from, to] = [earlier?.cpuSeconds ?? before.stats.cpuSeconds, own?.cpuSeconds ?? stats.cpuSeconds];
  const used = {
    memory: own?.memoryUsed ?? stats.memoryUsage,
    cpus: from === undefined || to === undefined ? undefined : (to - from) / ((after.at - before.at) / 1000),
    pids: own?.processes ?? stats.processes,
  };
  return all.map((name) => {
    const hidden = isUnreadable(path) ? undefined : path.notVisible?.[name];
    const outer = outerLimit(path, name);
    const configured = configuredOf(container.hostConfig, name);
    // The stats API tells the effective memory limit alone.
    const told = name === 'memory' && configured !== undefined ? stats.memoryLimit : undefined;
    // v1's smallest of the whole path counts the container's own too.
    const isOwn = outer !== undefined && outer.path === undefined && outer.value === own?.[name];
    return judgeConfigured({
      name,
      configured,
      kernel: own === undefined || hidden !== undefined ? told : (own[name] ?? 'none'),
      outer: outer === undefined || isOwn ? undefined : { value: outer.value, place: outerPlace(outer) },
      used: used[name],
      tolerance: tolerances[name],
      ...(hidden !== undefined && { hidden }),
    });
  });
}

/**
 * Compares a running container's limits with its cgroup's files and its use. Nothing is run in it. Rejects with the
 * engine's error, and with an Error that says so when the container does not run.
 */
export async function readContainerLimits(endpoint: Endpoint, idOrName: string): Promise<ContainerLimits> {
  const engine = await EngineCalls.open(endpoint);
  const container = await engine.inspect(idOrName);
  if (!container.running) {
    throw new Error(`The container ${container.name} does not run, so it uses nothing. Start it first.`);
  }
  const before = await look(engine, endpoint, container);
  await new Promise((resolve) => setTimeout(resolve, watched));
  const after = await look(engine, endpoint, container);
  return {
    schema: 1,
    id: container.id,
    name: container.name,
    source: sourceOf(after.path),
    limits: compare(container, before, after),
  };
}
