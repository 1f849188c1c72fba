import type { HostConfig } from '../engine/engineCalls';
import type { ContainerEvidence, Metric } from './containerEvidence';
import type { Environment } from './environment';
import type { Judgement } from './verdict';

export const limitAreas = ['cpu', 'memory', 'pids', 'io', 'files', 'isolation', 'outer'] as const;
export type LimitArea = (typeof limitAreas)[number];

/** Areas as a person reads them. */
export const limitAreaTitles: Readonly<Record<LimitArea, string>> = {
  cpu: 'CPU',
  memory: 'Memory',
  pids: 'Processes',
  io: 'Block I/O',
  files: 'Files and space',
  isolation: 'Isolation',
  outer: 'Limits of this container',
};

/** Checks of one group run one after the other, the groups beside each other: checks of `cpu` would disturb each other. */
export const serialGroups = ['cpu', 'read', 'write', 'rest'] as const;
export type SerialGroup = (typeof serialGroups)[number];

/** One container of a check. */
export interface TestContainer {
  readonly name: string;
  /** The limits asked for. What every container of a run has besides, `container.ts` adds. */
  readonly limits: HostConfig;
  /** A POSIX sh program; `script.ts` puts its functions before it. Its last line prints `end`. */
  readonly script: string;
  /** Seconds after which it is ended. */
  readonly seconds: number;
  /** Seconds that it lives on after its last line, so that it can be looked at from outside; it is ended as soon as it was. */
  readonly stays?: number;
  /** A folder on a volume of its own. */
  readonly volume?: string;
  readonly network?: true;
  /** It may be killed as a whole before its last line: that is an observation. */
  readonly mayDie?: true;
  /** Limits that the engine may leave out, because nothing depends on them here. */
  readonly mayDrop?: readonly (keyof HostConfig)[];
}

/** What a check takes from the machine while it runs. */
export interface Cost {
  /** Seconds of CPU time, all its containers together. */
  readonly cpuSeconds: number;
  /** Bytes, at the worst moment. */
  readonly memory: number;
  /** Seconds of its run. */
  readonly seconds: number;
}

/** How the samples of a check are drawn beside its limit. Plain data. */
export interface Drawing {
  readonly metric: Exclude<Metric, 'throttled' | 'kills'>;
  /** `rate`: what came from one sample to the next, per second. `total`: the running total itself. */
  readonly as: 'rate' | 'total';
  /** In the metric's unit, per second for a rate; absent where no number is asked for, as with weights. */
  readonly limit?: number;
  /** Its containers compete: what each did is drawn when it did it. Else each is drawn from its own beginning. */
  readonly sameClock?: true;
}

/** A limit, the workload that would break it, the same workload without the limit, and how the two are judged. */
export interface LimitCheck {
  readonly id: string;
  readonly area: LimitArea;
  readonly title: string;
  /** The limit in the words of `docker run`. */
  readonly asked: string;
  readonly serialGroup: SerialGroup;
  /** Whether its containers run at the same time. */
  readonly together: boolean;
  readonly cost: Cost;
  /** Absent where nothing is sampled. */
  readonly drawing?: Drawing;
  /** The containers, for this machine; a judgement where it can be told without any. */
  readonly containers: (environment: Environment) => readonly TestContainer[] | Judgement;
  /** Pure. `evidence` has an entry for each container, and all of them are complete. */
  readonly judge: (evidence: Readonly<Record<string, ContainerEvidence>>, environment: Environment) => Judgement;
}

/** A kernel without swap accounting makes the engine drop the limit of swap; on a machine without swap that is no loss. */
export function withoutSwap(swap: number): Pick<TestContainer, 'mayDrop'> {
  return swap === 0 ? { mayDrop: ['MemorySwap'] } : {};
}

/** The evidence of a container that the check itself asked for. Throws when it is missing, which is a fault of the program. */
export function evidenceOf(evidence: Readonly<Record<string, ContainerEvidence>>, name: string): ContainerEvidence {
  const found = evidence[name];
  if (found === undefined) throw new Error(`the check has no evidence of its container ${name}`);
  return found;
}
