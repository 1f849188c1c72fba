import { dirname } from 'node:path';
import type { CgroupPath } from '../machine/cgroupPath';
import { isUnreadable } from '../machine/reading';
import type { Proof } from './proof';
import { outerLimit, outerPlace, type Surroundings } from './surroundings';
import { judging, type Judgement } from './verdict';

/** `512 MiB`, `0.50 CPUs`, or that there is none. */
function around(surroundings: Surroundings): string {
  const { outside } = surroundings;
  const [memory, cpus, pids] = [
    outerLimit(outside, 'memory'),
    outerLimit(outside, 'cpus'),
    outerLimit(outside, 'pids'),
  ];
  const words = [
    memory && `${(memory.value / 2 ** 20).toFixed(0)} MiB (${outerPlace(memory)})`,
    cpus && `${cpus.value.toFixed(2)} CPUs (${outerPlace(cpus)})`,
    pids && `${String(pids.value)} processes (${outerPlace(pids)})`,
  ].filter((text) => text !== undefined);
  return words.length === 0 ? 'no limit around the engine can be seen' : words.join(', ');
}

/**
 * The group that encloses the container which this program is in: that of its PID 1, or the one above where a preparation for nesting has moved every
 * process one group down (`init`), so that containers can be made beside it.
 */
export function enclosing({ path }: CgroupPath): string {
  return /\/(?:init|init\.scope)$/u.test(path) ? dirname(path) : path;
}

/** Whether the containers of this engine lie inside what encloses this container: where they do not, no limit around it holds. */
export function judgeOuter(surroundings: Surroundings): Judgement {
  const { outside, own } = surroundings;
  if (isUnreadable(outside) || isUnreadable(own)) {
    const why = isUnreadable(outside) ? outside.unreadable : isUnreadable(own) ? own.unreadable : '';
    return judging('-', 'not seen').unsupported(
      `The engine's groups cannot be seen from here (${why}), so what is around them is not known.`,
    );
  }
  const frame = enclosing(own);
  const judge = judging(outside.path, around(surroundings));
  const escaped = outside.path.startsWith('/..') || (frame !== '/' && !`${outside.path}/`.startsWith(`${frame}/`));
  const framed = own.levels.some(({ memory, cpus, pids }) => (memory ?? cpus ?? pids) !== undefined);
  if (escaped && framed) {
    return judge.notEnforced(
      `Containers run in ${outside.path}, outside of ${frame}: the limits around this container do not hold for them.`,
      { finding: 'cgroup.escape' },
    );
  }
  if (escaped) {
    return judge.unsupported(
      `Containers run in ${outside.path}, not below this container's group ${frame}, which sets no limit.`,
    );
  }
  return judge.enforced(`Containers run in ${outside.path}, inside of ${frame}: what limits it limits them.`);
}

export const outer: Proof = {
  id: 'outer.limits',
  area: 'outer',
  title: 'Limits around the engine',
  asked: 'containers stay inside',
  lane: 'rest',
  together: true,
  cost: { cpuSeconds: 0, memory: 0, seconds: 0 },
  legs: judgeOuter,
  judge: (_evidence, surroundings) => judgeOuter(surroundings),
};
