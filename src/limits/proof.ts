import type { HostConfig } from '../engine/engineCalls';
import type { Evidence, Metric } from './evidence';
import type { Surroundings } from './environment';
import type { Judgement } from './verdict';

export const areas = ['cpu', 'memory', 'pids', 'io', 'files', 'isolation', 'outer'] as const;
export type Area = (typeof areas)[number];

/** Areas as a person reads them. */
export const areaTitles: Readonly<Record<Area, string>> = {
  cpu: 'CPU',
  memory: 'Memory',
  pids: 'Processes',
  io: 'Block I/O',
  files: 'Files and space',
  isolation: 'Isolation',
  outer: 'Around the engine',
};

/** Proofs of one lane run one after the other, the lanes beside each other: proofs of `cpu` would disturb each other. */
export const lanes = ['cpu', 'read', 'write', 'rest'] as const;
export type Lane = (typeof lanes)[number];

/** One container of a proof. */
export interface Leg {
  readonly name: string;
  /** The limits asked for. What every container of a run has besides, `leg.ts` adds. */
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

/** What a proof takes from the machine while it runs. */
export interface Cost {
  /** Seconds of CPU time, all its containers together. */
  readonly cpuSeconds: number;
  /** Bytes, at the worst moment. */
  readonly memory: number;
  /** Seconds of its run. */
  readonly seconds: number;
}

/** How the samples of a proof are drawn beside its limit. Plain data. */
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
export interface Proof {
  readonly id: string;
  readonly area: Area;
  readonly title: string;
  /** The limit in the words of `docker run`. */
  readonly asked: string;
  readonly lane: Lane;
  /** Whether its legs run at the same time. */
  readonly together: boolean;
  readonly cost: Cost;
  /** Absent where nothing is sampled. */
  readonly drawing?: Drawing;
  /** The containers, for this machine; a judgement where it can be told without any. */
  readonly legs: (surroundings: Surroundings) => readonly Leg[] | Judgement;
  /** Pure. `evidence` has an entry for each leg, and all of them are complete. */
  readonly judge: (evidence: Readonly<Record<string, Evidence>>, surroundings: Surroundings) => Judgement;
}

/** A kernel without swap accounting makes the engine drop the limit of swap; on a machine without swap that is no loss. */
export function withoutSwap(swap: number): Pick<Leg, 'mayDrop'> {
  return swap === 0 ? { mayDrop: ['MemorySwap'] } : {};
}

/** The evidence of a leg that the proof itself asked for. Throws when it is missing, which is a fault of the program. */
export function legOf(evidence: Readonly<Record<string, Evidence>>, name: string): Evidence {
  const found = evidence[name];
  if (found === undefined) throw new Error(`the proof has no evidence of its leg ${name}`);
  return found;
}
