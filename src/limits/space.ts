import { MiB } from '../util/format';
import { valueOf, valuesOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { judging, type Judgement } from './verdict';

/** A place that is to take so much and no more. */
interface Space {
  /** MiB. */
  readonly limit: number;
  readonly tried: number;
  /** MiB that the file system keeps for itself. */
  readonly overhead: number;
}

function script(path: string, { tried }: Space): string {
  // A driver that compresses (zfs, btrfs) keeps zeros without using any space.
  const source = path === '/' ? '/dev/urandom' : '/dev/zero';
  return `
while read -r _ _ _ _ p o rest; do [ "$p" = ${path} ] && echo mount "$rest"; done </proc/self/mountinfo
i=0; while [ $i -lt ${String(tried)} ]; do
  dd if=${source} bs=1048576 count=1 2>/dev/null >>${path === '/' ? '' : path}/dind-station-fill || break
  i=$((i + 1)); now; echo sample $t bytes $((i * 1048576)); echo written $i
done
rm -f ${path === '/' ? '' : path}/dind-station-fill`;
}

/** Filled until it takes no more: at its size, and beyond it without the limit. */
export function judgeSpace(space: Space, limited: ContainerEvidence, control: ContainerEvidence): Judgement {
  const kernel = /\bsize=\w+/u.exec(valueOf(limited, 'mount') ?? '')?.[0] ?? '-';
  const written = valuesOf(limited, 'written').length;
  const free = valuesOf(control, 'written').length;
  const judge = judging(kernel, `${String(written)} MiB written; ${String(free)} without the limit`);
  if (written > space.limit) {
    return judge.notEnforced(`${String(written)} MiB could be written where ${String(space.limit)} were allowed.`, {
      finding: 'runtime.dropped-limit',
    });
  }
  if (free <= space.limit) {
    return judge.inconclusive(`Without the limit ${String(free)} MiB could be written only.`, {
      finding: 'machine.no-room',
    });
  }
  if (written < space.limit - space.overhead) {
    return judge.inconclusive(
      `Only ${String(written)} MiB could be written where ${String(space.limit)} were allowed: something else is full.`,
    );
  }
  return judge.enforced(`${String(written)} MiB could be written and no more; ${String(free)} without the limit.`);
}

const shm = { limit: 16, tried: 24, overhead: 0 };
const root = { limit: 32, tried: 40, overhead: 8 };

export const shmSize: LimitCheck = {
  id: 'files.shm',
  area: 'files',
  title: 'Size of /dev/shm',
  asked: `--shm-size ${String(shm.limit)}m`,
  serialGroup: 'rest',
  together: true,
  cost: { cpuSeconds: 0.5, memory: 48 * MiB, seconds: 1 },
  drawing: { metric: 'bytes', as: 'total', limit: shm.limit * MiB },
  containers: () => {
    const container = (name: string, mebibytes: number): TestContainer => ({
      name,
      limits: { ShmSize: mebibytes * MiB },
      seconds: 20,
      script: script('/dev/shm', shm),
    });
    return [container('limited', shm.limit), container('control', 64)];
  },
  judge: (evidence) => judgeSpace(shm, evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control')),
};

export const storageSize: LimitCheck = {
  id: 'files.storage',
  area: 'files',
  title: 'Size of the root file system',
  asked: `--storage-opt size=${String(root.limit)}m`,
  serialGroup: 'rest',
  together: false,
  cost: { cpuSeconds: 0.6, memory: 8 * MiB, seconds: 1.5 },
  drawing: { metric: 'bytes', as: 'total', limit: root.limit * MiB },
  containers: () => {
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 20,
      script: script('/', root),
    });
    return [container('limited', { StorageOpt: { size: `${String(root.limit)}m` } }), container('control', {})];
  },
  judge: (evidence) => judgeSpace(root, evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control')),
};
