import { pathIn, type CgroupPath, type Limited } from '../host/cgroupPath';
import { isUnreadable } from '../host/readResult';
import type { LimitCheck } from './limitCheck';
import { notSeen, outerLimit, outerPlace, type Environment } from './environment';
import { judging, type Judgement } from './verdict';
import { formatCpus, formatMiB } from '../util/format';

/** `512 MiB`, `0.50 CPUs`, or that there is none. */
function around(environment: Environment): string {
  const { outside } = environment;
  const [memory, cpus, pids] = [
    outerLimit(outside, 'memory'),
    outerLimit(outside, 'cpus'),
    outerLimit(outside, 'pids'),
  ];
  const words = [
    memory && `${formatMiB(memory.value, 0)} (${outerPlace(memory)})`,
    cpus && `${formatCpus(cpus.value)} CPUs (${outerPlace(cpus)})`,
    pids && `${String(pids.value)} processes (${outerPlace(pids)})`,
  ].filter((text) => text !== undefined);
  return words.length === 0 ? 'no limit around the engine can be seen' : words.join(', ');
}

const limits: readonly Limited[] = ['memory', 'cpus', 'pids'];

/** Whether a group is inside another; one that leaves what can be seen (`/..`) is inside of nothing. */
function isInside(path: string, group: string): boolean {
  return group === '/' ? !path.startsWith('/..') : `${path}/`.startsWith(`${group}/`);
}

/** The groups of a path that set a limit, each with its path in the hierarchy of that limit. */
function limitsOf({ levels }: CgroupPath): { readonly limit: Limited; readonly path: string }[] {
  return levels.flatMap((level) =>
    limits.filter((limit) => level[limit] !== undefined).map((limit) => ({ limit, path: pathIn(level, limit) })),
  );
}

/**
 * Whether the containers of this engine lie inside every group that limits this container: those of its PID 1, which a
 * preparation for nesting may have moved a group down. Where they do not, as with the machine's cgroup namespace, they
 * have left those limits.
 */
export function judgeOuter(environment: Environment): Judgement {
  const { outside, own } = environment;
  if (isUnreadable(outside) || isUnreadable(own)) {
    const why = isUnreadable(outside) ? outside.unreadable : isUnreadable(own) ? own.unreadable : '';
    return judging('-', 'not seen').unsupported(
      `The engine's groups cannot be seen from here (${why}), so what is around them is not known.`,
    );
  }
  const judge = judging(outside.path, around(environment));
  const limiting = limitsOf(own);
  const escaped = limiting.find(({ limit, path }) => !isInside(pathIn(outside, limit), path));
  if (escaped !== undefined) {
    return judge.notEnforced(
      `Containers run in ${pathIn(outside, escaped.limit)}, outside of ${escaped.path}: the limits of that group, which hold here, do not hold for them.`,
      { finding: 'cgroup.escape' },
    );
  }
  // The path of a group is always known; what limits it is not.
  const hidden = limits.flatMap((limit) => notSeen(outside, limit) ?? notSeen(own, limit) ?? []);
  if (hidden[0] !== undefined) {
    return judge.unsupported(`Not all groups around the engine can be seen from here: ${hidden[0]}.`);
  }
  if (!isInside(outside.path, '/')) {
    return judge.unsupported(`Containers run in ${outside.path}, outside of what can be seen from here.`);
  }
  return limiting.length === 0
    ? judge.enforced('No group around this container sets a limit that its containers could leave.')
    : judge.enforced(
        `Containers run inside of every group that limits this container: ${[...new Set(limiting.map(({ path }) => path))].join(', ')}.`,
      );
}

export const outer: LimitCheck = {
  id: 'outer.limits',
  area: 'outer',
  title: 'Limits around the engine',
  asked: 'containers stay inside',
  serialGroup: 'rest',
  together: true,
  cost: { cpuSeconds: 0, memory: 0, seconds: 0 },
  containers: judgeOuter,
  judge: (_evidence, environment) => judgeOuter(environment),
};
