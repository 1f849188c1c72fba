import type { EngineInfo } from '../engine/engineCalls';
import type { Endpoint } from '../engine/endpoint';
import { readCgroupPath, type CgroupPath } from '../machine/cgroupPath';
import type { Reading } from '../machine/reading';
import { findingOf, NotRun } from './ending';
import { isComplete } from './evidence';
import { runLeg, type LegRun } from './leg';
import { probeLeg, surroundingsOf, type Surroundings } from './surroundings';

/**
 * Looks around from inside a container, and at that container from here where the engine's processes can be seen. Rejects
 * with NotRun when the engine cannot run it, with EngineSilent when it does not answer.
 */
export async function lookAround(info: EngineInfo, endpoint: Endpoint, run: LegRun): Promise<Surroundings> {
  const far: Reading<CgroupPath> = { unreadable: `the engine is at ${endpoint.display}` };
  const here = endpoint.kind === 'unix';
  let outside: Reading<CgroupPath> = far;
  const onRunning = async (pid: number, id: string): Promise<void> => {
    outside = await readCgroupPath(pid, '/', id);
  };
  const probe = await runLeg(probeLeg, { ...run, ...(here && { onRunning }) });
  if (probe.refused !== undefined) {
    const { message, status } = probe.refused;
    throw new NotRun(`The engine cannot run a container: ${message}`, findingOf(status));
  }
  if (probe.broken !== undefined) throw new NotRun(probe.broken, 'engine.silent');
  if (!isComplete(probe)) {
    throw new NotRun(`The image's workload does not run (status ${String(probe.exitCode)}): ${probe.errors.trim()}`);
  }
  return surroundingsOf(info, probe, outside, here ? await readCgroupPath(1) : far, here);
}
