import { cpuList } from './probeEnvironment';
import { MiB, formatCpus } from '../util/format';
import { cpuWindow } from './cpuWindow';
import { valueOf, valuesOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { burning } from './script';
import { judging, type Judgement } from './verdict';

/** On each CPU that the loops were seen on, besides the group's use: field 39 of `/proc/PID/stat` (proc_pid_stat(5)). */
const script = `${burning}
show set cpuset/cpuset.cpus cpuset.cpus
while read -r k v; do case $k in Cpus_allowed_list:) echo allowed "$v" ;; esac; done </proc/self/status
where() { for b in $B; do read -r l </proc/$b/stat; set -- \${l##*) }; echo on \${37}; done; }
burn 2
sleep 0.2
take; where; sleep 0.2; where; sleep 0.2; where; sleep 0.2; where; sleep 0.2; take; where
kill $B`;

/** Two loops on one CPU have one CPU between them and are never seen on another; without the limit they are. */
export function judgeCpuset(limited: ContainerEvidence, control: ContainerEvidence, cpu: number): Judgement {
  const kernel = valueOf(limited, 'set') ?? '-';
  const seen = [...new Set(valuesOf(limited, 'on'))];
  const free = [...new Set(valuesOf(control, 'on'))];
  const used = cpuWindow(limited)?.used ?? Number.NaN;
  const judge = judging(
    kernel,
    `two loops seen on CPU ${seen.join(' and ')}, ${formatCpus(used)} CPUs used; on ${free.join(' and ')} without the limit`,
  );
  if (kernel === '-') {
    return judge.unsupported('The container has no cpuset controller: it is missing in the kernel or not delegated.', {
      finding: 'cgroup.controller-missing',
    });
  }
  const strayed = seen.filter((one) => Number(one) !== cpu);
  if (strayed.length > 0 || used > 1.1) {
    return judge.notEnforced(`The loops ran on CPU ${seen.join(' and ')}, allowed was ${String(cpu)} only.`, {
      ...(kernel !== String(cpu) && { finding: 'runtime.dropped-limit' as const }),
    });
  }
  if (cpuList(kernel).join() !== String(cpu)) {
    return judge.notEnforced(`The kernel's set is ${kernel === '' ? 'empty' : kernel}, expected ${String(cpu)}.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  if (!free.some((one) => Number(one) !== cpu)) {
    return judge.inconclusive('Without the limit the loops were not seen on another CPU either.', {
      finding: 'machine.busy',
      again: true,
    });
  }
  return judge.enforced(`Two loops stayed on CPU ${String(cpu)} and used ${formatCpus(used)} CPUs.`);
}

export const cpuset: LimitCheck = {
  id: 'cpu.cpuset',
  area: 'cpu',
  title: 'CPU set',
  asked: '--cpuset-cpus, one CPU',
  serialGroup: 'cpu',
  // Both fight for one CPU, and neither needs much of it to be seen where it runs.
  together: true,
  cost: { cpuSeconds: 3, memory: 8 * MiB, seconds: 3 },
  drawing: { metric: 'cpu', as: 'rate', limit: 1 },
  containers: ({ cpus }) => {
    if (cpus.length < 2) {
      return judging('-', 'not run').unsupported('Containers have one CPU here: there is none to keep out of.', {
        finding: 'machine.single-cpu',
      });
    }
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 40,
      script,
    });
    return [container('limited', { CpusetCpus: String(cpus.at(-1)) }), container('control', {})];
  },
  judge: (evidence, { cpus }) =>
    judgeCpuset(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control'), cpus.at(-1) ?? 0),
};
