import { MiB } from '../util/format';
import { limitOf } from '../host/cgroupParse';
import { isUnreadable } from '../host/readResult';
import { numberOf, valueOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import type { Environment } from './environment';
import { judging, type Judgement } from './verdict';

const reservation = 24 * MiB;
/** More than is reserved: it must live, for a reservation is no limit. */
const block = 40;

const script = `
show reservation memory/memory.soft_limit_in_bytes memory.low
dd if=/dev/zero of=/dev/null bs=${String(block)}M count=1 2>/dev/null; echo above $?`;

/**
 * What the groups between a container's and the top that can be seen leave of its protection: a child has no more of it
 * than its parent (cgroup-v2.rst, `memory.low`). v1's soft limit does not depend on them.
 */
function protectionAround({ cgroup, outside }: Environment): { hidden: true } | { hidden: false; none?: string } {
  if (cgroup === 1) return { hidden: false };
  if (isUnreadable(outside)) return { hidden: true };
  const none = outside.levels.slice(1, -1).find(({ memoryLow }) => memoryLow === 0);
  return { hidden: false, ...(none !== undefined && { none: none.path }) };
}

/**
 * Only the setting is judged: what is reserved matters when the machine runs out of memory, and a check that makes it
 * run out would take it from everybody.
 */
export function judgeReservation(
  limited: ContainerEvidence,
  control: ContainerEvidence,
  environment: Environment,
): Judgement {
  const kernel = valueOf(limited, 'reservation') ?? '-';
  const without = valueOf(control, 'reservation') ?? '-';
  const above = numberOf(limited, 'above');
  const judge = judging(
    kernel,
    `${String(block)} MiB: status ${String(above)}; the kernel's value without it: ${without}`,
    'setting',
  );
  if (kernel === '-') {
    return judge.unsupported('The container has no memory controller: it is missing in the kernel or not delegated.', {
      finding: 'cgroup.controller-missing',
    });
  }
  if (limitOf(kernel) !== reservation) {
    return judge.notEnforced(`The kernel's reservation is ${kernel}, expected ${String(reservation)} bytes.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  if (limitOf(without) === reservation) {
    return judge.inconclusive('The kernel has the same reservation for a container that asked for none.');
  }
  if (above !== 0) {
    return judge.inconclusive(
      `A block of ${String(block)} MiB did not live beside a reservation of 24 MiB (status ${String(above)}).`,
    );
  }
  const around = protectionAround(environment);
  if (around.hidden) {
    return judge.unsupported(
      'The kernel holds the reservation. Whether that protects anything cannot be seen from here: on cgroup v2 the groups around a container must have memory.low as well, and no engine gives it to them.',
    );
  }
  if (around.none !== undefined) {
    return judge.unsupported(
      `The kernel holds the reservation, and it protects nothing: memory.low of ${around.none} around it is 0, and cgroup v2 protects no more than the groups around do.`,
    );
  }
  return judge.enforced('The kernel holds the reservation, and use may go past it while there is memory.');
}

export const memoryReservation: LimitCheck = {
  id: 'memory.reservation',
  area: 'memory',
  title: 'Memory reservation',
  asked: '--memory-reservation 24m',
  serialGroup: 'rest',
  together: true,
  cost: { cpuSeconds: 0.4, memory: 96 * MiB, seconds: 1 },
  containers: () => {
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 20,
      script,
    });
    return [container('limited', { MemoryReservation: reservation }), container('control', {})];
  },
  judge: (evidence, environment) =>
    judgeReservation(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control'), environment),
};
