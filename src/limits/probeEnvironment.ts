import type { EngineInfo } from '../engine/engineCalls';
import type { Endpoint } from '../engine/endpoint';
import { readCgroupPath, type CgroupPath } from '../host/cgroupPath';
import type { ReadResult } from '../host/readResult';
import { statusFinding, NotRun } from './runErrors';
import { isComplete, numberOf, valueOf, valuesOf, type ContainerEvidence } from './containerEvidence';
import type { TestContainer } from './limitCheck';
import { runContainer, type TestContainerRun } from './testContainer';
import type { Environment } from './environment';

/**
 * Looks around from inside a container, and at that container from here where the engine's processes can be seen. Rejects
 * with NotRun when the engine cannot run it, with EngineSilent when it does not answer.
 */
export async function probeEnvironment(
  info: EngineInfo,
  endpoint: Endpoint,
  run: TestContainerRun,
): Promise<Environment> {
  const far: ReadResult<CgroupPath> = { unreadable: `the engine is at ${endpoint.display}` };
  const here = endpoint.kind === 'unix';
  let outside: ReadResult<CgroupPath> = far;
  const onRunning = async (pid: number, id: string): Promise<void> => {
    outside = await readCgroupPath(pid, '/', id);
  };
  const probe = await runContainer(probeContainer, { ...run, ...(here && { onRunning }) });
  if (probe.refused !== undefined) {
    const { message, status } = probe.refused;
    throw new NotRun(`The engine cannot run a container: ${message}`, statusFinding(status));
  }
  if (probe.broken !== undefined) throw new NotRun(probe.broken, 'engine.silent');
  if (!isComplete(probe)) {
    throw new NotRun(`The image's workload does not run (status ${String(probe.exitCode)}): ${probe.errors.trim()}`);
  }
  return environmentOf(info, probe, outside, here ? await readCgroupPath(1) : far, here);
}

/** Asks the engine's machine from inside a container, which works for one that is far away too. */
export const probeContainer: TestContainer = {
  name: 'probe',
  limits: {},
  volume: '/data',
  seconds: 40,
  // As long as it runs, its group can be looked at from outside.
  stays: 30,
  script: `
echo cgroup $V
while read -r k v _; do case $k in MemAvailable:) echo available $v ;; SwapTotal:) echo swap $v ;; esac; done </proc/meminfo
while read -r k v; do case $k in Cpus_allowed_list:) echo cpus "$v" ;; esac; done </proc/self/status
while read -r _ _ d _ p _ rest; do [ "$p" = /data ] && echo data "$d $rest"; done </proc/self/mountinfo
d=
while read -r _ _ n _ p _; do [ "$p" = /data ] && d=$n; done </proc/self/mountinfo
s=/sys/dev/block/$d
[ ! -e $s/partition ] || s=$s/..
if [ -e $s/uevent ]; then while read -r l; do echo disk "$l"; done <$s/uevent; fi
`,
};

/** `0-2,5` as numbers. */
export function cpuList(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const range = /^(?<first>\d+)(?:-(?<last>\d+))?$/u.exec(part.trim())?.groups;
    if (range === undefined) return [];
    const first = Number(range['first']);
    const last = Number(range['last'] ?? first);
    // No machine has more; a longer list is damaged text.
    return last - first < 8192
      ? Array.from({ length: Math.max(0, last - first + 1) }, (_none, index) => first + index)
      : [];
  });
}

function diskOf(probe: ContainerEvidence): Environment['disk'] {
  const name = valuesOf(probe, 'disk').find((line) => line.startsWith('DEVNAME='));
  if (name !== undefined) return { path: `/dev/${name.slice('DEVNAME='.length)}` };
  const mount = valueOf(probe, 'data') ?? '';
  const type = /- (?<type>\S+)/u.exec(mount)?.groups?.['type'] ?? 'a file system that could not be told';
  return { missing: `the engine's data lies on ${type} (device ${mount.split(' ')[0] ?? ''})` };
}

/** The environment out of a probe's evidence and what was read on this side. */
export function environmentOf(
  engine: EngineInfo,
  probe: ContainerEvidence,
  outside: ReadResult<CgroupPath>,
  own: ReadResult<CgroupPath>,
  here = false,
): Environment {
  const cpus = cpuList(valueOf(probe, 'cpus') ?? '');
  const kibibytes = (key: string): number => (numberOf(probe, key) || 0) * 1024;
  return {
    engine,
    cgroup: valueOf(probe, 'cgroup') === '1' ? 1 : 2,
    cpus: cpus.length > 0 ? cpus : Array.from({ length: Math.max(1, engine.cpus) }, (_none, index) => index),
    memoryAvailable: kibibytes('available'),
    swap: kibibytes('swap'),
    disk: diskOf(probe),
    here,
    outside,
    own,
  };
}
