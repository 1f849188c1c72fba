/** What a check can end with. Only `enforced` says that the limit holds. */
export const limitVerdicts = ['enforced', 'not-enforced', 'unsupported', 'inconclusive', 'error'] as const;
export type LimitVerdict = (typeof limitVerdicts)[number];

/** What explains a verdict that is not the wished one; stable, so that a page can link to it. */
export type LimitFinding =
  | 'cgroup.controller-missing'
  | 'cgroup.not-delegated'
  | 'cgroup.escape'
  | 'cgroup.outer-limit'
  | 'cgroup.v1-buffered-io'
  | 'cgroup.swap'
  | 'engine.dropped-option'
  | 'engine.silent'
  | 'machine.busy'
  | 'machine.no-room'
  | 'machine.single-cpu'
  | 'runtime.dropped-limit'
  | 'storage.no-block-device'
  | 'storage.no-quota';

/** A judge's word on the evidence. */
export interface Judgement {
  readonly verdict: LimitVerdict;
  /** One sentence: why it is that verdict, with the numbers. */
  readonly reason: string;
  /** What the kernel's file says inside the container; `-` where there is no such file. */
  readonly kernel: string;
  /** What the workload did. */
  readonly observed: string;
  /** `setting`: the effect is not provoked, because that would take the machine's memory; only the kernel's value is read. */
  readonly basis: 'behaviour' | 'setting';
  readonly finding?: LimitFinding;
  /** True: another attempt may tell more, because what disturbed this one passes. */
  readonly again?: true;
}

/** A judge's short hand: what is the same in all its judgements is given once. */
export function judging(kernel: string, observed: string, basis: Judgement['basis'] = 'behaviour') {
  const give =
    (verdict: LimitVerdict) =>
    (reason: string, more: Pick<Judgement, 'finding' | 'again'> = {}): Judgement => ({
      verdict,
      reason,
      kernel,
      observed,
      basis,
      ...more,
    });
  return {
    enforced: give('enforced'),
    notEnforced: give('not-enforced'),
    unsupported: give('unsupported'),
    inconclusive: give('inconclusive'),
    error: give('error'),
  };
}
