import * as v from 'valibot';
import { actionIds, risks } from './actions';
import { areas, severities } from './finding';
import { confidences, platformNames } from '../host/facts/platform';

/**
 * What `dind-station doctor --json` prints, for whoever reads it by program. `schemas/diagnosis.schema.json` is made of
 * this; a test holds that it is, and that it describes `Diagnosis`. Properties may be added while `schema` stays 1.
 */

function text(about: string) {
  return v.pipe(v.string(), v.description(about));
}

function count(about: string) {
  return v.pipe(v.number(), v.integer(), v.minValue(0), v.description(about));
}

const area = v.pipe(v.picklist(areas), v.description('Where it belongs; reports have a line for each, in this order.'));
const id = v.pipe(v.string(), v.regex(/^[a-z]+\.[a-z0-9-]+$/), v.description('Stable: the area, a dot, kebab-case.'));

const evidence = v.pipe(
  v.array(
    v.object({
      source: text('A file, a call or a log line.'),
      value: text('What was read there.'),
    }),
  ),
  v.description('What the judgement rests on.'),
);

const remedy = v.object({
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

/** A finding as every report can write it. */
export const findingSchema = v.object({
  id,
  area,
  severity: v.picklist(severities),
  title: text('What is wrong, in a few words.'),
  cause: text('Why, in one sentence or two.'),
  evidence,
  consequence: text('What does not work because of it.'),
  remedy,
  docs: v.pipe(v.array(v.string()), v.description('Addresses of what to read.')),
  explains: v.pipe(
    v.array(v.object({ id, title: v.string(), evidence })),
    v.description('What follows from it, and would be a finding of its own without it.'),
  ),
});

/** The chain of platforms; its names and confidences are ours. */
export const platformSchema = v.pipe(
  v.array(v.object({ name: v.picklist(platformNames), confidence: v.picklist(confidences) })),
  v.description('What the machine is made of, outermost first.'),
);

export const diagnosisSchema = v.pipe(
  v.object({
    schema: v.pipe(
      v.literal(1),
      v.description('Raised when a property changes its meaning; added ones do not raise it.'),
    ),
    takenAt: text('When the facts were taken: UTC, ISO 8601. Empty when they do not say.'),
    findings: v.pipe(
      v.array(findingSchema),
      v.description('Worst first; among equals a root of others before the rest.'),
    ),
    undecided: v.pipe(
      v.array(v.object({ id, area, reason: text('What it would have needed.') })),
      v.description('Checks that could not be made.'),
    ),
    areas: v.pipe(
      v.array(v.object({ area, severity: v.picklist([...severities, 'undecided']) })),
      v.description('The worst severity of each; undecided where nothing is wrong as far as could be told.'),
    ),
    sum: v.object({
      info: count('Remarks.'),
      warning: count('Findings that are warnings.'),
      error: count('Findings that are errors.'),
      undecided: count('Checks that could not be made.'),
    }),
    engineWorks: v.pipe(v.boolean(), v.description('The engine answered a ping and described itself.')),
    platform: platformSchema,
  }),
  v.title('What dind-station doctor --json prints'),
);
