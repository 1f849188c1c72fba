import * as v from 'valibot';
import { actionIds, risks } from './actions';
import type { Immutable } from '../host/facts/schema';
import type { CheckId, RuleId } from './ruleIds';

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

/** Text, and what it is: the published schema says so, too. */
export function text(about: string) {
  return v.pipe(v.string(), v.description(about));
}

export const areaSchema = v.pipe(
  v.picklist(areas),
  v.description('Where it belongs; reports have a line for each, in this order.'),
);
/** The ids are ours; a reader of the output is promised their form, because there will be more of them. */
function idSchema<Id extends CheckId>() {
  return v.pipe(
    v.string(),
    v.regex(/^[a-z]+\.[a-z0-9-]+$/),
    v.description('Stable: the area, a dot, kebab-case.'),
  ) as unknown as v.GenericSchema<Id>;
}

const evidenceSchema = v.object({
  source: text('A file, a call or a log line.'),
  value: text('What was read there.'),
});
/** What a judgement rests on: a file, a call or a log line, and what was read there. */
export type Evidence = Immutable<v.InferOutput<typeof evidenceSchema>>;

const evidence = v.pipe(v.array(evidenceSchema), v.description('What the judgement rests on.'));

const remedySchema = v.object({
  summary: text('One sentence.'),
  command: text(
    'To paste into a shell: of this machine, or of whoever starts this container where the summary says so.',
  ),
  action: v.pipe(
    v.exactOptional(v.picklist(actionIds)),
    v.description('What dind-helper does for it; absent: it does nothing.'),
  ),
  risk: v.pipe(v.picklist(risks), v.description('What applying it costs, mildest first.')),
  outside: v.pipe(
    v.exactOptional(v.literal(true)),
    v.description('The command is not for this machine, but for whoever starts this container.'),
  ),
});

export type Remedy = Immutable<v.InferOutput<typeof remedySchema>>;

const symptomSchema = v.object({ id: idSchema<RuleId>(), title: v.string(), evidence });
/** What follows from a finding, and would be a finding of its own without it. */
export type Symptom = Immutable<v.InferOutput<typeof symptomSchema>>;

/** A finding as every report can write it. */
export const findingSchema = v.object({
  id: idSchema<RuleId>(),
  area: areaSchema,
  severity: v.picklist(severities),
  title: text('What is wrong, in a few words.'),
  cause: text('Why, in one sentence or two.'),
  evidence,
  consequence: text('What does not work because of it.'),
  remedy: remedySchema,
  docs: v.pipe(v.array(v.string()), v.description('Addresses of what to read.')),
  explains: v.pipe(
    v.array(symptomSchema),
    v.description('What follows from it, and would be a finding of its own without it.'),
  ),
});
export type Finding = Immutable<v.InferOutput<typeof findingSchema>>;

/** A rule that could not be judged, and what it would have needed. */
export const inconclusiveSchema = v.object({
  id: idSchema<CheckId>(),
  area: areaSchema,
  reason: text('What it would have needed.'),
});
export type Inconclusive = Immutable<v.InferOutput<typeof inconclusiveSchema>>;
