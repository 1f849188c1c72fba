import type { ActionId, Risk } from './actions';

/** Where a finding belongs; a report has a line for each, in this order. */
export const areas = [
  'platform',
  'security',
  'kernel',
  'cgroup',
  'storage',
  'network',
  'daemon',
  'start',
  'socket',
  'client',
  'helper',
  'log',
] as const;
export type Area = (typeof areas)[number];

/** What an area is called in a report. */
export const areaTitles: Readonly<Record<Area, string>> = {
  platform: 'Platform',
  security: 'Privileges',
  kernel: 'Kernel',
  cgroup: 'Control groups',
  storage: 'Storage',
  network: 'Network',
  daemon: 'Daemon',
  start: 'Last start',
  socket: 'Socket',
  client: 'Clients',
  helper: 'Helper and sudo',
  log: "Daemon's log",
};

export const severities = ['ok', 'info', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

/** What a judgement rests on: a file, a call or a log line, and what was read there. */
export interface Evidence {
  readonly source: string;
  readonly value: string;
}

export interface Remedy {
  /** One sentence. */
  readonly summary: string;
  /** To paste into a shell: of this machine, or of whoever starts this container where the summary says so. */
  readonly command: string;
  /** What the helper does for it; absent: it does nothing. */
  readonly action?: ActionId;
  readonly risk: Risk;
  /** The command is not for this machine, but for whoever starts this container. */
  readonly outside?: true;
}

/** What follows from a finding, and would be a finding of its own without it. */
export interface Symptom {
  readonly id: string;
  readonly title: string;
  readonly evidence: readonly Evidence[];
}

export interface Finding {
  /** Stable: the area, a dot, kebab-case. */
  readonly id: string;
  readonly area: Area;
  readonly severity: Severity;
  /** What is wrong, in a few words without a full stop. */
  readonly title: string;
  /** Why, in one sentence or two. */
  readonly cause: string;
  readonly evidence: readonly Evidence[];
  /** What does not work because of it. */
  readonly consequence: string;
  readonly remedy: Remedy;
  readonly docs: readonly string[];
  readonly explains: readonly Symptom[];
}

/** A rule that could not be judged, and what it would have needed. */
export interface Undecided {
  readonly id: string;
  readonly area: Area;
  readonly reason: string;
}
