import { MiB, formatCpus, formatPercent } from '../util/format';
import { cpusOf } from '../host/cgroupParse';
import { cpuWindow, type CpuWindow } from './cpuWindow';
import { valueOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { burning } from './script';
import { outerLimit, outerPlace, type Environment } from './environment';
import { judging, type Judgement } from './verdict';

/** CPUs that the limited container may use: little, so that it gets as much even where ten others want the CPUs. */
const limit = 0.25;
/** The worst ever seen with a limit that held was 2.9 % too much in one second, 1.0 % in two. */
const maxUse = 1.1;
/** From here on no disturbance of the measurement explains the use. */
const clearlyMore = 1.5;
/** With the limit at work a period in which it stopped the group follows the other. */
const minThrottled = 0.5;
/** The same loops without the limit must use clearly more, or the limit is not what was seen. */
const minControl = 1.3;
/** One period is then 10 % at most. */
const minPeriods = 10;

function script(threads: number, windows: number): string {
  return `${burning}
show quota cpu/cpu.cfs_quota_us cpu.max
show period cpu/cpu.cfs_period_us -
burn ${String(threads)}
sleep 0.4
takes ${String(windows)} 0.25
kill $B`;
}

function kernelQuota(evidence: ContainerEvidence, cgroup: 1 | 2): string {
  const quota = valueOf(evidence, 'quota') ?? '-';
  return cgroup === 2 || quota === '-' ? quota : `${quota} ${valueOf(evidence, 'period') ?? '-'}`;
}

function observedWords(used: CpuWindow, free: CpuWindow): string {
  return `${formatCpus(used.used)} CPUs used in ${used.seconds.toFixed(1)} s, stopped in ${String(used.throttled)} of ${String(used.periods)} periods; ${formatCpus(free.used)} without the limit`;
}

/** Two facts make a pass: no more was used than allowed, and it was the limit that stopped it. */
export function judgeQuota(
  limited: ContainerEvidence,
  control: ContainerEvidence,
  environment: Environment,
): Judgement {
  const kernel = kernelQuota(limited, environment.cgroup);
  const [used, free] = [cpuWindow(limited), cpuWindow(control)];
  if (used === undefined || free === undefined) {
    return judging(kernel, 'fewer than two readings').inconclusive(
      'The workload got no CPU for so long that there was nothing to measure.',
      { finding: 'machine.busy', again: true },
    );
  }
  const judge = judging(kernel, observedWords(used, free));
  const set = cpusOf(kernel);
  if (kernel === '-') {
    return judge.unsupported('The container has no cpu controller: it is missing in the kernel or not delegated.', {
      finding: 'cgroup.controller-missing',
    });
  }
  if (![used.used, used.periods, used.throttled, free.used].every(Number.isFinite)) {
    return judge.unsupported('The kernel does not count what the container uses, or how often the limit stopped it.', {
      finding: 'cgroup.controller-missing',
    });
  }
  if (used.usedAtLeast > limit * maxUse) {
    return set === undefined
      ? judge.notEnforced(
          `The engine accepted ${String(limit)} CPUs and the kernel was told of no limit (${kernel}): ${formatCpus(used.used)} were used.`,
          { finding: 'runtime.dropped-limit' },
        )
      : judge.notEnforced(`${formatCpus(used.used)} CPUs were used where ${String(limit)} were allowed.`, {
          // A little too much may be one moment's: a machine that itself was stopped counts its time late.
          ...(used.usedAtLeast < limit * clearlyMore && { again: true }),
        });
  }
  const outer = outerLimit(environment.outside, 'cpus');
  if (outer !== undefined && outer.value <= limit) {
    return judge.notEnforced(
      `Without effect: the smaller limit of ${formatCpus(outer.value)} CPUs of ${outerPlace(outer)} holds first.`,
      { finding: 'cgroup.outer-limit' },
    );
  }
  // systemd's driver rounds a quota up to 10 ms per second.
  if (set === undefined || Math.abs(set - limit) > 0.011) {
    return judge.notEnforced(`The kernel's quota is ${kernel}, expected ${String(limit)} CPUs.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  const busy = { finding: 'machine.busy', again: true } as const;
  if (used.periods < minPeriods || used.throttled < minThrottled * used.periods) {
    return judge.inconclusive(
      `The workload was starved: it was stopped by the limit in ${String(used.throttled)} of ${String(used.periods)} periods only, others had ${formatCpus(used.others)} CPUs.`,
      busy,
    );
  }
  if (free.used < limit * minControl) {
    return judge.inconclusive(
      `Without the limit the same workload got ${formatCpus(free.used)} CPUs only, others had ${formatCpus(free.others)}.`,
      busy,
    );
  }
  const close = used.used > limit * 1.05 ? `, ${formatPercent(used.used / limit - 1)} too much` : '';
  return judge.enforced(
    `${formatCpus(used.used)} of ${String(limit)} CPUs were used${close}, and the limit stopped it in ${String(used.throttled)} of ${String(used.periods)} periods.`,
  );
}

/** Loops of the workload at most, however many CPUs there are. */
const maxThreads = 8;

function quotaCheck(
  id: string,
  title: string,
  threads: (environment: Environment) => number,
  cpuSeconds: number,
): LimitCheck {
  return {
    id,
    area: 'cpu',
    title,
    asked: `--cpus ${String(limit)}`,
    serialGroup: 'cpu',
    together: false,
    cost: { cpuSeconds, memory: 8 * MiB, seconds: 4.5 },
    drawing: { metric: 'cpu', as: 'rate', limit },
    containers: (environment) => {
      const free: TestContainer = { name: 'control', limits: {}, seconds: 40, script: script(threads(environment), 3) };
      const limits = { NanoCpus: limit * 1e9 };
      return [{ name: 'limited', limits, seconds: 45, script: script(threads(environment), 8) }, free];
    },
    judge: (evidence, environment) =>
      judgeQuota(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control'), environment),
  };
}

export const cpuQuota = quotaCheck('cpu.quota', 'CPU time, one thread', () => 1, 3.5);
export const cpuQuotaThreads = quotaCheck(
  'cpu.quota-threads',
  'CPU time, more threads than CPUs',
  ({ cpus: all }) => Math.min(maxThreads, all.length + 1),
  // Without the limit each loop has a CPU of its own for a bit more than a second.
  10,
);
