import { MiB, formatMiB } from '../util/format';
import { numberOf, valueOf, valuesOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import type { Environment } from './environment';
import { judging, type Judgement } from './verdict';

/** One of the four limits of `docker run --device-*`. */
interface Kind {
  readonly id: string;
  readonly title: string;
  readonly option: string;
  readonly field: 'BlkioDeviceWriteBps' | 'BlkioDeviceReadBps' | 'BlkioDeviceWriteIOps' | 'BlkioDeviceReadIOps';
  readonly direction: 'write' | 'read';
  readonly unit: 'bytes' | 'operations';
  /** Bytes or operations per second. */
  readonly limit: number;
  /** Bytes of one operation, as dd takes them. */
  readonly block: number;
  /** Operations of one sample, and samples. */
  readonly burst: number;
  readonly bursts: number;
  /** v1's file, and the key in v2's `io.max`. */
  readonly files: readonly [v1: string, v2: string];
}

/** The kernel lets through a slice's worth more at the start; seen: 10 % in four seconds. */
const maxRate = 1.25;
/** Slower than this, and the disk may be what limits. */
const minRate = 0.5;
const minControl = 1.5;

function script({ direction, unit, block, burst, bursts, files: [v1] }: Kind): string {
  const bytes = block * burst;
  const transfer =
    direction === 'write'
      ? `dd if=/dev/zero of=/data/f bs=${String(block)} count=${String(burst)} seek=$((i * ${String(burst)})) oflag=direct conv=notrunc 2>/dev/null`
      : `dd if=/data/f of=/dev/null bs=${String(block)} count=${String(burst)} skip=$((i * ${String(burst)})) iflag=direct 2>/dev/null`;
  const buffered =
    direction === 'write' && unit === 'bytes'
      ? `now; a=$t; dd if=/dev/zero of=/data/g bs=${String(bytes)} count=${String(bursts)} 2>/dev/null; now; echo buffered $a $t`
      : '';
  return `
show file blkio/${v1} io.max
show controllers blkio/${v1} cgroup.controllers
give_up() { echo "$@"; echo end; exit; }
dd if=/dev/zero of=/data/f bs=65536 count=1 2>/dev/null || give_up failed write
dd if=/dev/zero of=/data/f bs=65536 count=1 oflag=direct 2>/dev/null || give_up direct no
${direction === 'read' ? `dd if=/dev/zero of=/data/f bs=65536 count=${String(Math.ceil((bytes * bursts) / 65536))} oflag=direct 2>/dev/null || give_up failed fill` : ''}
i=0; now; echo begin $t; echo sample $t ${unit} 0
while [ $i -lt ${String(bursts)} ]; do
  ${transfer} || { echo failed $i; break; }
  i=$((i + 1)); now; echo sample $t ${unit} $((i * ${String(unit === 'bytes' ? bytes : burst)}))
done
now; echo done $t $i
${buffered}`;
}

/** Bytes or operations per second; NaN when it did not come to its end. Uptime has hundredths. */
function rate(evidence: ContainerEvidence, { unit, block, burst, bursts }: Kind): number {
  const [end, count] = (valueOf(evidence, 'done') ?? '').split(' ').map(Number);
  if (count !== bursts || end === undefined) return Number.NaN;
  const seconds = Math.max(0.01, end - numberOf(evidence, 'begin'));
  return (unit === 'bytes' ? block * burst * bursts : burst * bursts) / seconds;
}

function words(value: number, unit: Kind['unit']): string {
  if (Number.isNaN(value)) return 'not measured';
  return unit === 'bytes' ? `${formatMiB(value)}/s` : `${value.toFixed(0)} operations/s`;
}

function kernelWords(
  limited: ContainerEvidence,
  kind: Kind,
  cgroup: 1 | 2,
): { readonly shown: string; readonly value: number } {
  const lines = valuesOf(limited, 'file').filter((line) => line !== '-');
  const line = lines.at(0) ?? '-';
  const value =
    cgroup === 1
      ? line.split(' ')[1]
      : new RegExp(`\\b${kind.files[1]}=(?<value>\\d+)`, 'u').exec(line)?.groups?.['value'];
  return { shown: line === '' ? '-' : line, value: Number(value ?? Number.NaN) };
}

/** Direct transfers keep to the limit, and are clearly faster without it. */
export function judgeBlockIo(
  kind: Kind,
  limited: ContainerEvidence,
  control: ContainerEvidence,
  { cgroup }: Environment,
): Judgement {
  const kernel = kernelWords(limited, kind, cgroup);
  const [used, free] = [rate(limited, kind), rate(control, kind)];
  const [from, to] = (valueOf(limited, 'buffered') ?? '').split(' ').map(Number);
  const buffered =
    from === undefined || to === undefined
      ? Number.NaN
      : (kind.block * kind.burst * kind.bursts) / Math.max(0.01, to - from);
  const passes = buffered > kind.limit * maxRate;
  const aside = Number.isNaN(buffered) ? '' : `; buffered ${words(buffered, 'bytes')}`;
  const judge = judging(
    kernel.shown,
    `${words(used, kind.unit)} direct${aside}; ${words(free, kind.unit)} without the limit`,
  );
  if (valueOf(limited, 'direct') === 'no') {
    return judge.unsupported('The file system of the volumes, or dd of the image, has no direct input and output.', {
      finding: 'storage.no-block-device',
    });
  }
  if (cgroup === 2 && !(valueOf(limited, 'controllers') ?? '').split(' ').includes('io')) {
    return judge.unsupported('The container has no io controller: it is missing in the kernel or not delegated.', {
      finding: 'cgroup.controller-missing',
    });
  }
  if (valueOf(limited, 'file') === '-') {
    return judge.unsupported(`The kernel has no file for it: ${kind.files[cgroup - 1] ?? ''}.`, {
      finding: 'cgroup.controller-missing',
    });
  }
  if (used > kind.limit * maxRate) {
    return judge.notEnforced(
      `${words(used, kind.unit)} were reached where ${words(kind.limit, kind.unit)} were allowed.`,
      {
        ...(kernel.value !== kind.limit && { finding: 'runtime.dropped-limit' as const }),
      },
    );
  }
  if (kernel.value !== kind.limit) {
    return judge.notEnforced(`The kernel's value is ${kernel.shown}, expected ${String(kind.limit)}.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  const busy = { finding: 'machine.busy', again: true } as const;
  if (Number.isNaN(used) || Number.isNaN(free)) return judge.inconclusive('A transfer failed before its end.', busy);
  if (free < kind.limit * minControl || used < kind.limit * minRate) {
    return judge.inconclusive(
      `The disk itself was too slow: ${words(free, kind.unit)} without the limit, ${words(used, kind.unit)} with it.`,
      busy,
    );
  }
  // Written back later by the kernel, in nobody's name: v1 cannot count that, v2 can on some file systems.
  const gap = passes
    ? ` Buffered writes pass by (${words(buffered, 'bytes')})${cgroup === 1 ? ', as always on cgroup v1' : ''}.`
    : '';
  return judge.enforced(
    `${words(used, kind.unit)} of ${words(kind.limit, kind.unit)} direct, ${words(free, kind.unit)} without the limit.${gap}`,
    passes && cgroup === 1 ? { finding: 'cgroup.v1-buffered-io' } : {},
  );
}

function proofOf(kind: Kind): LimitCheck {
  return {
    id: kind.id,
    area: 'io',
    title: kind.title,
    asked: `${kind.option} ${kind.unit === 'bytes' ? `${String(kind.limit / MiB)}mb` : String(kind.limit)}, direct`,
    serialGroup: kind.direction,
    together: false,
    cost: { cpuSeconds: 0.6, memory: 8 * MiB, seconds: 3 },
    drawing: { metric: kind.unit, as: 'rate', limit: kind.limit },
    containers: ({ disk }) => {
      if ('missing' in disk) {
        return judging('-', 'not run').unsupported(`No block device to limit: ${disk.missing}.`, {
          finding: 'storage.no-block-device',
        });
      }
      const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
        name,
        limits,
        seconds: 20,
        volume: '/data',
        script: script(kind),
      });
      return [
        container('limited', { [kind.field]: [{ Path: disk.path, Rate: kind.limit }] }),
        container('control', {}),
      ];
    },
    judge: (evidence, environment) =>
      judgeBlockIo(kind, evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control'), environment),
  };
}

const bytes = { unit: 'bytes', limit: 2 * MiB, block: 128 * 1024, burst: 4, bursts: 8 } as const;
const operations = { unit: 'operations', limit: 20, block: 4096, burst: 4, bursts: 10 } as const;

export const blockIo: readonly LimitCheck[] = (
  [
    {
      ...bytes,
      id: 'io.write-bytes',
      title: 'Bytes written',
      option: '--device-write-bps',
      field: 'BlkioDeviceWriteBps',
      direction: 'write',
      files: ['blkio.throttle.write_bps_device', 'wbps'],
    },
    {
      ...bytes,
      id: 'io.read-bytes',
      title: 'Bytes read',
      option: '--device-read-bps',
      field: 'BlkioDeviceReadBps',
      direction: 'read',
      files: ['blkio.throttle.read_bps_device', 'rbps'],
    },
    {
      ...operations,
      id: 'io.write-operations',
      title: 'Write operations',
      option: '--device-write-iops',
      field: 'BlkioDeviceWriteIOps',
      direction: 'write',
      files: ['blkio.throttle.write_iops_device', 'wiops'],
    },
    {
      ...operations,
      id: 'io.read-operations',
      title: 'Read operations',
      option: '--device-read-iops',
      field: 'BlkioDeviceReadIOps',
      direction: 'read',
      files: ['blkio.throttle.read_iops_device', 'riops'],
    },
  ] satisfies Kind[]
).map(proofOf);
