import { MiB } from '../util/format';
import { numberOf, valueOf, valuesOf, type ContainerEvidence } from './containerEvidence';
import { evidenceOf, type TestContainer, type LimitCheck } from './limitCheck';
import { judging, type Judgement } from './verdict';

const limit = 64;
/** So many are opened at once; three are open before. */
const opened = 100;

/** tee opens everything it is told to before it writes, and goes on past what it cannot open. */
const script = `
ulimit -Sn | while read -r n; do echo soft $n; done
ulimit -Hn | while read -r n; do echo hard $n; done
a=; i=0; while [ $i -lt ${String(opened)} ]; do a="$a /dev/null"; i=$((i + 1)); done
tee $a </dev/null 2>&1 >/dev/null | while read -r l; do echo failed "$l"; done
(ulimit -n ${String(limit * 2)}) 2>/dev/null; echo raised $?`;

/** As many files as allowed can be open at once, the next cannot, and the limit cannot be lifted from inside. */
export function judgeOpenFiles(limited: ContainerEvidence, control: ContainerEvidence): Judgement {
  const kernel = valueOf(limited, 'soft') ?? '-';
  const open = opened - valuesOf(limited, 'failed').length;
  const free = opened - valuesOf(control, 'failed').length;
  const judge = judging(kernel, `${String(open)} of ${String(opened)} files opened; ${String(free)} without the limit`);
  if (free < opened) {
    return judge.inconclusive(`Without the limit ${String(free)} of ${String(opened)} files could be opened only.`);
  }
  if (open === opened) {
    return judge.notEnforced(
      `${String(opened)} files could be open at once where ${String(limit)} were allowed (the limit is ${kernel}).`,
      {
        finding: 'runtime.dropped-limit',
      },
    );
  }
  if (Number(kernel) !== limit || numberOf(limited, 'hard') !== limit) {
    return judge.notEnforced(
      `The limits are ${kernel} (soft) and ${valueOf(limited, 'hard') ?? '-'} (hard), expected ${String(limit)}.`,
      {
        finding: 'runtime.dropped-limit',
      },
    );
  }
  if (numberOf(limited, 'raised') === 0) return judge.notEnforced('The container could lift the limit itself.');
  // Standard input, output and error are open as well, and a program may hold one of its own.
  if (open > limit - 3)
    return judge.notEnforced(`${String(open)} files and three streams were open where ${String(limit)} were allowed.`);
  return judge.enforced(
    `${String(open)} files beside the three streams could be open, the next not; it cannot be lifted from inside.`,
  );
}

export const openFiles: LimitCheck = {
  id: 'files.nofile',
  area: 'files',
  title: 'Open files',
  asked: `--ulimit nofile=${String(limit)}`,
  serialGroup: 'rest',
  together: true,
  cost: { cpuSeconds: 0.4, memory: 8 * MiB, seconds: 0.7 },
  containers: () => {
    const container = (name: string, limits: TestContainer['limits']): TestContainer => ({
      name,
      limits,
      seconds: 20,
      script,
    });
    // Named in the control too, for an engine's default may be small.
    const free = [{ Name: 'nofile', Soft: 1024, Hard: 1024 }];
    return [
      container('limited', { Ulimits: [{ Name: 'nofile', Soft: limit, Hard: limit }] }),
      container('control', { Ulimits: free }),
    ];
  },
  judge: (evidence) => judgeOpenFiles(evidenceOf(evidence, 'limited'), evidenceOf(evidence, 'control')),
};
