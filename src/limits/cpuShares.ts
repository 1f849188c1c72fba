import { MiB, formatCpus } from '../util/format';
import { cpuReadings, usedAt } from './cpuWindow';
import { valueOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { burning } from './script';
import type { Environment } from './environment';
import { judging, type Judgement } from './verdict';

const shares = { light: 512, twin: 512, heavy: 2048 } as const;
type Name = keyof typeof shares;

/** runc's old conversion of shares to v2's weight, a straight line. */
export function weightOld(value: number): number {
  return Math.floor(1 + ((value - 2) * 9999) / 262142);
}

/** runc's since 1.3.2, in which the default of 1024 is v2's default of 100. */
export function weightNew(value: number): number {
  const log = Math.log2(value);
  return Math.ceil(10 ** ((log ** 2 + 125 * log) / 612 - 7 / 34));
}

/** Of the expected ratio; in two seconds on one CPU the scheduler keeps it within a few percent when nobody disturbs. */
const tolerance = 1.6;
/** CPUs that the three must have had together, or there was nothing to divide. */
const minTogether = 0.4;
/** CPUs that are kept busy at most where containers cannot be pinned to one. */
const maxCpus = 2;
/** Seconds during which all three must have been at work. */
const minOverlap = 1;

/** CPU seconds that each used in the time in which all of them ran; undefined when there was none to speak of. */
function overlapping(
  evidence: Readonly<Record<string, ContainerEvidence>>,
): (Record<Name, number> & { seconds: number }) | undefined {
  const names = Object.keys(shares) as Name[];
  const readings = names.map((name) => cpuReadings(evidenceOf(evidence, name)));
  const from = Math.max(...readings.map((all) => all[0]?.to ?? Infinity));
  const to = Math.min(...readings.map((all) => all.at(-1)?.from ?? -Infinity));
  if (!(to - from >= minOverlap)) return undefined;
  const [light = NaN, twin = NaN, heavy = NaN] = readings.map((all) => usedAt(all, to) - usedAt(all, from));
  return { light, twin, heavy, seconds: to - from };
}

/** The heavy one gets its multiple of the light one, and the light one's twin, which is the control, the same as it. */
export function judgeShares(evidence: Readonly<Record<string, ContainerEvidence>>, { cgroup }: Environment): Judgement {
  const weights = {
    light: valueOf(evidenceOf(evidence, 'light'), 'weight'),
    heavy: valueOf(evidenceOf(evidence, 'heavy'), 'weight'),
  };
  const kernel = `${weights.light ?? '-'} and ${weights.heavy ?? '-'}`;
  const used = overlapping(evidence);
  if (weights.light === '-' || weights.heavy === '-') {
    return judging(kernel, '').unsupported(
      'The container has no cpu controller: it is missing in the kernel or not delegated.',
      {
        finding: 'cgroup.controller-missing',
      },
    );
  }
  const busy = { finding: 'machine.busy', again: true } as const;
  if (used === undefined) {
    return judging(kernel, 'no second in which all of them ran').inconclusive(
      'The containers did not run at the same time for long enough.',
      busy,
    );
  }
  const together = (used.light + used.twin + used.heavy) / used.seconds;
  if (!Number.isFinite(together)) {
    return judging(kernel, 'not counted').unsupported('The kernel does not count the CPU time of the containers.', {
      finding: 'cgroup.controller-missing',
    });
  }
  const ratio = used.heavy / used.light;
  const control = Math.max(used.twin, used.light) / Math.min(used.twin, used.light);
  const judge = judging(
    kernel,
    `side by side for ${used.seconds.toFixed(1)} s: ${used.light.toFixed(2)}, ${used.twin.toFixed(2)} and ${used.heavy.toFixed(2)} s of CPU, ${ratio.toFixed(1)} times as much`,
  );
  const set = (name: 'light' | 'heavy'): boolean => {
    const value = Number(weights[name]);
    return cgroup === 1 ? value === shares[name] : [weightOld(shares[name]), weightNew(shares[name])].includes(value);
  };
  if (!set('light') || !set('heavy')) {
    const wanted =
      cgroup === 1
        ? '512 and 2048'
        : `${String(weightOld(512))} and ${String(weightOld(2048))}, or ${String(weightNew(512))} and ${String(weightNew(2048))}`;
    return judge.notEnforced(`The kernel's weights are ${kernel}, expected ${wanted}.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  if (together < minTogether) {
    return judge.inconclusive(`The containers had ${formatCpus(together)} CPUs together; others had the rest.`, busy);
  }
  if (control > tolerance) {
    return judge.inconclusive(`Two containers of equal weight differed by a factor of ${control.toFixed(1)}.`, busy);
  }
  const expected = Number(weights.heavy) / Number(weights.light);
  if (ratio < Math.sqrt(expected) / 1.1 && ratio < expected / tolerance) {
    return judge.notEnforced(
      `The heavier container had ${ratio.toFixed(1)} times the CPU of the lighter one, expected ${expected.toFixed(1)}.`,
    );
  }
  if (ratio < expected / tolerance || ratio > expected * tolerance) {
    return judge.inconclusive(
      `The order is right, the ratio ${ratio.toFixed(1)} is too far from ${expected.toFixed(1)}.`,
      busy,
    );
  }
  return judge.enforced(
    `The heavier container had ${ratio.toFixed(1)} times the CPU of the lighter one, expected ${expected.toFixed(1)}; two of equal weight differed by a factor of ${control.toFixed(2)}.`,
  );
}

export const cpuShares: LimitCheck = {
  id: 'cpu.shares',
  area: 'cpu',
  title: 'CPU weight, side by side',
  asked: '--cpu-shares 512 and 2048',
  serialGroup: 'cpu',
  together: true,
  cost: { cpuSeconds: 5, memory: 12 * MiB, seconds: 4 },
  drawing: { metric: 'cpu', as: 'rate', sameClock: true },
  containers: ({ cpus, engine }) => {
    // All on one CPU, or on every CPU with a loop for each where the kernel cannot pin them.
    const pinned = cpus.length > 1 && engine.cpuset;
    if (!pinned && cpus.length > maxCpus) {
      return judging('-', 'not run').inconclusive(
        `Not run: this engine cannot pin containers to a CPU, and to see a weight all ${String(cpus.length)} CPUs would have to be kept busy.`,
      );
    }
    return (Object.keys(shares) as Name[]).map((name): TestContainer => ({
      name,
      limits: { CpuShares: shares[name], ...(pinned && { CpusetCpus: String(cpus.at(-1)) }) },
      seconds: 45,
      script: `${burning}
show weight cpu/cpu.shares cpu.weight
burn ${String(pinned ? 1 : cpus.length)}
sleep 0.3
takes 8 0.25
kill $B`,
    }));
  },
  judge: judgeShares,
};
