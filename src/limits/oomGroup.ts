import { MiB } from '../util/format';
import { counterOf, isComplete, numberOf, valueOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, withoutSwap, type TestContainer, type LimitCheck } from './limitCheck';
import { sampling } from './script';
import { judging, type Judgement } from './verdict';

const limit = 48 * MiB;

/** The bystander does nothing wrong; whether it dies along is what `memory.oom.group` decides. */
const script = `${sampling}
show group - memory.oom.group
show limit memory/memory.limit_in_bytes memory.max
sleep 60 & bystander=$!
sampled
dd if=/dev/zero of=/dev/null bs=96M count=1 2>/dev/null; echo hog $?
sampled
sleep 0.05
kill -0 $bystander 2>/dev/null; echo bystander $?
show events memory/memory.oom_control memory.events
kill $bystander`;

/** OOM kill scope must be who the kernel's setting says: the hog alone, or all at once. */
export function judgeOomGroup(limited: ContainerEvidence, control: ContainerEvidence): Judgement {
  const group = valueOf(limited, 'group') ?? '-';
  // v1 has no such setting: it always kills one.
  const kernel = group === '-' ? `limit ${valueOf(limited, 'limit') ?? '-'}` : `memory.oom.group ${group}`;
  const whole = group === '1';
  const survived = isComplete(limited);
  const hog = numberOf(limited, 'hog');
  const kills = counterOf(limited, 'events', 'oom_kill');
  const bystander = numberOf(limited, 'bystander') === 0;
  const judge = judging(
    kernel,
    survived
      ? `hog: status ${String(hog)}, ${String(kills)} OOM kill, bystander ${bystander ? 'lived' : 'died'}`
      : `the whole container ended with status ${String(limited.exitCode)}${limited.oomKilled ? ', killed for memory' : ''}`,
  );
  if (valueOf(limited, 'limit') === '-') {
    return judge.unsupported('The container has no memory controller: it is missing in the kernel or not delegated.', {
      finding: 'cgroup.controller-missing',
    });
  }
  if (survived && hog === 0) return judge.notEnforced('Nothing was killed: 96 MiB lived under a limit of 48 MiB.');
  if (numberOf(control, 'hog') !== 0) {
    return judge.inconclusive('Without the limit the same block was killed too.', { finding: 'machine.no-room' });
  }
  // It may as well have been ended by somebody else.
  if (!survived && !limited.oomKilled) {
    return judge.inconclusive(
      `The container ended with status ${String(limited.exitCode)}, and the engine knows of no kill for memory.`,
      { again: true },
    );
  }
  if (whole) {
    return survived
      ? judge.notEnforced('memory.oom.group is 1, but the rest of the container outlived the kill.')
      : judge.enforced('memory.oom.group is 1, and the kill took the whole container.');
  }
  if (!survived || !bystander) {
    return judge.notEnforced('One process was to be killed, but others of the container died along with it.');
  }
  if (kills !== 1) return judge.inconclusive(`${String(kills)} processes were killed, expected one.`);
  return judge.enforced(
    'One process was killed, and the others of the container lived on: a container outlives its OOM kill.',
  );
}

export const oomGroup: LimitCheck = {
  id: 'memory.oom-group',
  area: 'memory',
  title: 'OOM kill scope',
  asked: '--memory 48m --memory-swap 48m, two processes',
  serialGroup: 'rest',
  together: true,
  cost: { cpuSeconds: 0.4, memory: 148 * MiB, seconds: 1 },
  drawing: { metric: 'memory', as: 'total', limit },
  containers: ({ swap }) => {
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 20,
      script,
    });
    const limited = container('limited', { Memory: limit, MemorySwap: limit });
    return [{ ...limited, mayDie: true, ...withoutSwap(swap) }, container('control', {})];
  },
  judge: (evidence) => judgeOomGroup(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control')),
};
