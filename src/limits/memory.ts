import { MiB, formatMiB } from '../util/format';
import { limitOf } from '../host/cgroupParse';
import { counterOf, numberOf, valueOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, withoutSwap, type TestContainer, type LimitCheck } from './limitCheck';
import { sampling } from './script';
import { outerLimit, outerPlace, type Environment } from './environment';
import { judging, type Judgement } from './verdict';

const limit = 64 * MiB;
/** Must live under the limit, three quarters of it; must die, twice of it. */
const [below, above] = [48, 128];
/** Pages of 64 KiB are the largest that Linux has. */
const rounding = 64 * 1024;

/** The parent outlives the block that is killed, and reads the counters of the group they both are in. */
const script = `${sampling}
show limit memory/memory.limit_in_bytes memory.max
state() {
  show $1.peak memory/memory.max_usage_in_bytes memory.peak
  show $1.events memory/memory.oom_control memory.events
  show $1.failcnt memory/memory.failcnt -
  sampled
}
block() { dd if=/dev/zero of=/dev/null bs=$1M count=1 2>/dev/null; }
state before
block ${String(below / 3)}; sampled
block ${String((below * 2) / 3)}; sampled
block ${String(below)}; echo below $?
state below
block ${String(above)}; echo above $?
state above`;

/** What the parent's counters say of one block. */
interface Killed {
  readonly exit: number;
  /** Processes of the group that any OOM killer took. */
  readonly kills: number;
  /**
   * Whether it was this group's own limit that was reached: a counter of failed charges grew, or the peak is the limit
   * to the page. One is enough: there are v1 kernels on which `memory.failcnt` stays 0 (6.18), and v2 ones without a peak.
   */
  readonly own: boolean;
}

function step(evidence: ContainerEvidence, from: string, to: string): Killed {
  const grown = (counter: string): number =>
    counterOf(evidence, `${to}.events`, counter) - counterOf(evidence, `${from}.events`, counter);
  const failed = numberOf(evidence, `${to}.failcnt`) > numberOf(evidence, `${from}.failcnt`);
  const full =
    numberOf(evidence, `${to}.peak`) >= limit - rounding && numberOf(evidence, `${to}.peak`) <= limit + rounding;
  return { exit: numberOf(evidence, to), kills: grown('oom_kill'), own: failed || grown('oom') > 0 || full };
}

/** A kernel without the counter gives no peak. */
const peakWords = (bytes: number): string => (Number.isNaN(bytes) ? 'unknown' : formatMiB(bytes));

/** A block under the limit lives, one over it dies by this group's own OOM killer, and both live without the limit. */
export function judgeMemory(
  limited: ContainerEvidence,
  control: ContainerEvidence,
  environment: Environment,
): Judgement {
  const kernel = valueOf(limited, 'limit') ?? '-';
  const [under, over] = [step(limited, 'before', 'below'), step(limited, 'below', 'above')];
  const free = step(control, 'before', 'above');
  const peak = numberOf(limited, 'above.peak');
  const judge = judging(
    kernel,
    `${String(below)} MiB: status ${String(under.exit)}; ${String(above)} MiB: status ${String(over.exit)}, ${String(over.kills)} OOM kill, peak ${peakWords(peak)}; without the limit: ${String(numberOf(control, 'below'))} and ${String(free.exit)}`,
  );
  if (kernel === '-') {
    return judge.unsupported('The container has no memory controller: it is missing in the kernel or not delegated.', {
      finding: 'cgroup.controller-missing',
    });
  }
  if (over.exit === 0) {
    return limitOf(kernel) === undefined
      ? judge.notEnforced(
          `The engine accepted 64 MiB and the kernel was told of no limit (${kernel}): ${String(above)} MiB were used.`,
          {
            finding: 'runtime.dropped-limit',
          },
        )
      : judge.notEnforced(`A block of ${String(above)} MiB lived under a limit of 64 MiB.`);
  }
  const outer = outerLimit(environment.outside, 'memory');
  if (outer !== undefined && outer.value <= limit) {
    return judge.notEnforced(
      `Without effect: the smaller limit of ${formatMiB(outer.value)} of ${outerPlace(outer)} holds first.`,
      { finding: 'cgroup.outer-limit' },
    );
  }
  const set = limitOf(kernel);
  if (set === undefined || Math.abs(set - limit) > rounding) {
    return judge.notEnforced(`The kernel's limit is ${kernel}, expected ${String(limit)} bytes.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  if (under.exit !== 0) {
    if (under.kills < 1) {
      return judge.inconclusive(
        `A block of ${String(below)} MiB could not be made (status ${String(under.exit)}), and nothing was killed: dd does not work in this image, or the machine gives no memory.`,
      );
    }
    return under.own
      ? judge.inconclusive(
          `A block of ${String(below)} MiB, under the limit, did not live (status ${String(under.exit)}).`,
        )
      : judge.notEnforced(
          `A block of ${String(below)} MiB was killed, but not by this limit: a limit around it is smaller.`,
          { finding: 'cgroup.outer-limit' },
        );
  }
  if (numberOf(control, 'below') !== 0 || free.exit !== 0) {
    return judge.inconclusive(
      `Without the limit the same blocks ended with ${String(numberOf(control, 'below'))} and ${String(free.exit)}: it is not the limit that kills here.`,
      { finding: 'machine.no-room' },
    );
  }
  if (over.kills < 1 || !over.own) {
    return judge.inconclusive(
      `A block of ${String(above)} MiB ended with ${String(over.exit)}, but the group's counters show ${String(over.kills)} OOM kills, and its own limit ${over.own ? 'reached' : 'not reached'} (peak ${peakWords(peak)}).`,
    );
  }
  return judge.enforced(
    `${String(below)} MiB lived, ${String(above)} MiB were killed by this limit (peak ${peakWords(peak)}), and live without it.`,
  );
}

export const memory: LimitCheck = {
  id: 'memory.limit',
  area: 'memory',
  title: 'Memory',
  asked: '--memory 64m --memory-swap 64m',
  serialGroup: 'rest',
  together: false,
  cost: { cpuSeconds: 0.5, memory: 140 * MiB, seconds: 2 },
  drawing: { metric: 'memory', as: 'total', limit },
  containers: ({ swap }) => {
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 20,
      script,
    });
    // The default swap limit is twice the memory: with swap on, the block would be swapped and not killed.
    return [
      { ...container('limited', { Memory: limit, MemorySwap: limit }), ...withoutSwap(swap) },
      container('control', {}),
    ];
  },
  judge: (evidence, environment) =>
    judgeMemory(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control'), environment),
};
