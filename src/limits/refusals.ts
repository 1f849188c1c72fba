import { isComplete, type ContainerEvidence } from './containerEvidence';
import { judging, type Judgement, type LimitFinding } from './verdict';

/** What an engine says when it will not make or start a container with a limit, and what that means. */
const causes: readonly {
  readonly pattern: RegExp;
  readonly means: string;
  readonly finding: LimitFinding;
}[] = [
  {
    pattern: /cfs_quota_us: invalid argument/iu,
    means: 'The kernel takes no quota that is larger than one around it.',
    finding: 'cgroup.outer-limit',
  },
  {
    pattern: /domain controllers|threaded mode|invalid state|cannot enter cgroupv2|subtree_control/iu,
    means: 'The engine lies in a cgroup that cannot hand controllers down: nesting was not prepared.',
    finding: 'cgroup.not-delegated',
  },
  {
    pattern: /(?:memory|cpu|pids|io|cpuset)\.[a-z._]+: (?:no such file|permission denied)/iu,
    means: 'The controller is not delegated to the containers of this engine.',
    finding: 'cgroup.not-delegated',
  },
  {
    pattern: /(?:memory|blkio|cpu\w*|pids|devices)\.[\w.]+[^\n]*no such (?:file|device)/iu,
    means: 'The kernel has no such file or device for that limit.',
    finding: 'cgroup.controller-missing',
  },
  { pattern: /read-only file system/iu, means: 'The cgroups are mounted read-only.', finding: 'cgroup.not-delegated' },
  {
    pattern: /storage-opt|pquota|storage driver/iu,
    means: 'The storage driver has no quotas on this file system.',
    finding: 'storage.no-quota',
  },
  {
    pattern: /does not support|not supported|not available|unsupported/iu,
    means: 'The engine does not support the limit here.',
    finding: 'cgroup.controller-missing',
  },
];

/** Long errors of a runtime repeat themselves; the end says what it was. */
function short(message: string): string {
  const text = message.replace(/\s+/gu, ' ').trim();
  return text.length <= 220 ? text : `... ${text.slice(-216)}`;
}

/** The judgement where the limited container was not even started, or was not what was asked for; undefined when it was. */
export function judgeRefusal(limited: ContainerEvidence, mayDrop: readonly string[] = []): Judgement | undefined {
  const judge = judging('-', 'not run');
  const { refused, warnings } = limited;
  const dropped = limited.dropped.filter((name) => !mayDrop.includes(name));
  if (refused !== undefined) {
    const cause = causes.find(({ pattern }) => pattern.test(refused.message));
    const said = `The engine said: ${short(refused.message)}`;
    if (cause === undefined) return judge.error(said);
    return judge.unsupported(`${cause.means} ${said}`, { finding: cause.finding });
  }
  if (dropped.length > 0) {
    const warning = warnings.length > 0 ? ` It warned: ${short(warnings.join(' '))}` : ' It said nothing.';
    return judge.unsupported(`The engine did not keep ${dropped.join(', ')}.${warning}`, {
      finding: 'engine.dropped-option',
    });
  }
  return undefined;
}

/** The judgement where a container did not come to its end; undefined when it did. */
export function judgeBroken(name: string, evidence: ContainerEvidence, mayDie: boolean): Judgement | undefined {
  const judge = judging('-', 'no complete run');
  if (evidence.refused !== undefined) {
    return judge.error(`The container ${name} could not be run: ${short(evidence.refused.message)}`);
  }
  if (evidence.broken !== undefined) return judge.error(evidence.broken);
  if (mayDie || isComplete(evidence)) return undefined;
  const said = evidence.errors.trim();
  return judge.error(
    `The workload of ${name} ended with status ${String(evidence.exitCode)} before its last line${evidence.oomKilled ? ', killed for memory' : ''}${said === '' ? '' : `: ${short(said)}`}.`,
  );
}
