import { MiB } from '../util/format';
import { limitOf } from '../host/cgroupParse';
import { counterOf, numberOf, valueOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { sampling } from './script';
import type { Environment } from './environment';
import { judging, type Judgement } from './verdict';

const memory = 32 * MiB;
const both = 64 * MiB;
/** Needs swap to live; is more than both. */
const [between, above] = [48, 96];

const script = `${sampling}
show both memory/memory.memsw.limit_in_bytes -
show swap - memory.swap.max
block() { dd if=/dev/zero of=/dev/null bs=$1M count=1 2>/dev/null; }
sampled
block ${String(between)}; echo between $?
sampled
block ${String(above)}; echo above $?
sampled
show events memory/memory.oom_control memory.events`;

/** What is more than memory goes to swap up to the limit of both, and what is more than both is killed. */
export function judgeSwap(
  limited: ContainerEvidence,
  control: ContainerEvidence,
  { cgroup, swap }: Environment,
): Judgement {
  // v1 counts memory and swap in one; v2 counts swap alone, and the runtime subtracts.
  const [kernel, wanted] =
    cgroup === 1 ? [valueOf(limited, 'both') ?? '-', both] : [valueOf(limited, 'swap') ?? '-', both - memory];
  const [lived, died] = [numberOf(limited, 'between'), numberOf(limited, 'above')];
  const kills = counterOf(limited, 'events', 'oom_kill');
  const free = numberOf(control, 'above');
  const judge = judging(
    kernel,
    `${String(between)} MiB: status ${String(lived)}; ${String(above)} MiB: status ${String(died)}, ${String(kills)} OOM kill; ${String(free)} without the limit`,
  );
  if (kernel === '-') {
    return judge.unsupported('The kernel does not count swap: it was built or started without swap accounting.', {
      finding: 'cgroup.swap',
    });
  }
  if (died === 0) {
    return judge.notEnforced(`A block of ${String(above)} MiB lived where memory and swap together are 64 MiB.`, {
      ...(limitOf(kernel) === undefined && { finding: 'runtime.dropped-limit' as const }),
    });
  }
  if (limitOf(kernel) !== wanted) {
    return judge.notEnforced(`The kernel's value is ${kernel}, expected ${String(wanted)}.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  if (free !== 0) {
    return judge.inconclusive(`Without the limit the block of ${String(above)} MiB ended with ${String(free)} too.`, {
      finding: 'machine.no-room',
    });
  }
  if (swap === 0) {
    return judge.unsupported('The machine has no swap: the value is set, and memory alone is what limits.', {
      finding: 'cgroup.swap',
    });
  }
  if (lived !== 0 || kills < 1) {
    return judge.inconclusive(
      `With swap on, ${String(between)} MiB ended with ${String(lived)}, and ${String(kills)} processes were killed.`,
      {
        finding: 'cgroup.swap',
      },
    );
  }
  return judge.enforced(`${String(between)} MiB lived with swap, ${String(above)} MiB were killed.`);
}

export const memorySwap: LimitCheck = {
  id: 'memory.swap',
  area: 'memory',
  title: 'Memory and swap',
  asked: '--memory 32m --memory-swap 64m',
  serialGroup: 'rest',
  together: false,
  cost: { cpuSeconds: 0.5, memory: 104 * MiB, seconds: 1.5 },
  drawing: { metric: 'memory', as: 'total', limit: memory },
  containers: () => {
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 20,
      script,
    });
    return [container('limited', { Memory: memory, MemorySwap: both }), container('control', {})];
  },
  judge: (evidence, environment) =>
    judgeSwap(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control'), environment),
};
