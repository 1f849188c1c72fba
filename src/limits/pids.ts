import { MiB } from '../util/format';
import { limitOf } from '../host/cgroupParse';
import { counterOf, numberOf, valueOf, valuesOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { outerLimit, outerPlace, type Environment } from './environment';
import { judging, type Judgement } from './verdict';

const limit = 16;
const wanted = 32;

/** Many shells end at the first fork that fails, so a child forks and the parent, which forks no more, reads. */
const script = `
show limit pids/pids.max pids.max
sh -c 'i=0; while [ $i -lt ${String(wanted)} ]; do sleep 60 & i=$((i + 1)); echo forked $i; read -r t _ </proc/uptime; echo sample $t processes $((i + 2)); done'
show current pids/pids.current pids.current
show events pids/pids.events pids.events`;

/** The fork that is one too many fails and is counted; without the limit none fails. */
export function judgePids(limited: ContainerEvidence, control: ContainerEvidence, { outside }: Environment): Judgement {
  const kernel = valueOf(limited, 'limit') ?? '-';
  const forked = valuesOf(limited, 'forked').length;
  const free = valuesOf(control, 'forked').length;
  const stopped = counterOf(limited, 'events', 'max');
  const judge = judging(
    kernel,
    `${String(forked)} of ${String(wanted)} forks, ${String(numberOf(limited, 'current'))} processes, forks refused: ${String(stopped)}; ${String(free)} forks without the limit`,
  );
  if (kernel === '-') {
    return judge.unsupported('The container has no pids controller: it is missing in the kernel or not delegated.', {
      finding: 'cgroup.controller-missing',
    });
  }
  if (forked > limit) {
    return judge.notEnforced(`${String(forked)} processes were started where ${String(limit)} were allowed.`, {
      ...(limitOf(kernel) === undefined && { finding: 'runtime.dropped-limit' as const }),
    });
  }
  const outer = outerLimit(outside, 'pids');
  if (outer !== undefined && outer.value <= limit) {
    return judge.notEnforced(
      `Without effect: the smaller limit of ${String(outer.value)} processes of ${outerPlace(outer)} holds first.`,
      { finding: 'cgroup.outer-limit' },
    );
  }
  if (limitOf(kernel) !== limit) {
    return judge.notEnforced(`The kernel's limit is ${kernel}, expected ${String(limit)}.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  if (free !== wanted) {
    return judge.inconclusive(`Without the limit ${String(free)} of ${String(wanted)} forks succeeded only.`);
  }
  if (stopped < 1) {
    return judge.inconclusive(`${String(forked)} forks succeeded, and it was not this limit that stopped the next.`);
  }
  return judge.enforced(
    `The limit of ${String(limit)} stopped the container after ${String(forked)} forks; ${String(free)} succeed without it.`,
  );
}

export const pids: LimitCheck = {
  id: 'pids.limit',
  area: 'pids',
  title: 'Number of processes',
  asked: `--pids-limit ${String(limit)}`,
  serialGroup: 'rest',
  together: true,
  cost: { cpuSeconds: 0.5, memory: 24 * MiB, seconds: 1 },
  drawing: { metric: 'processes', as: 'total', limit },
  containers: () => {
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 45,
      script,
    });
    return [container('limited', { PidsLimit: limit }), container('control', {})];
  },
  judge: (evidence, environment) =>
    judgePids(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control'), environment),
};
