import * as v from 'valibot';
import { areaSchema, findingSchema, severities, text, inconclusiveSchema } from './finding';
import type { Immutable } from '../host/facts/schema';
import { confidences, platformNames } from '../host/facts/platform';

/**
 * What `dind-station doctor --json` prints, for whoever reads it by program. `schemas/diagnosis.schema.json` is made of
 * this; a test holds that it is, and that it describes `Diagnosis`. Properties may be added while `schema` stays 1.
 */

function count(about: string) {
  return v.pipe(v.number(), v.integer(), v.minValue(0), v.description(about));
}

/** The chain of platforms; its names and confidences are ours. */
export const platformSchema = v.pipe(
  v.array(v.object({ name: v.picklist(platformNames), confidence: v.picklist(confidences) })),
  v.description('What the machine is made of, outermost first.'),
);

/** What `status` says of the same machine. */
const verdictSchema = v.pipe(
  v.object({
    title: text('A few words: "Docker is running", or the title of the finding that decides.'),
    severity: v.picklist(severities),
    verified: v.pipe(
      v.nullable(v.picklist(['yes', 'no', 'not-yet'])),
      v.description('Whether a container has run since the daemon was started; null where no engine responds.'),
    ),
    note: text('The same in words, with when or why not; empty where no engine responds.'),
    action: v.pipe(
      v.nullable(v.object({ label: v.string(), command: v.string() })),
      v.description('What to do first; null: nothing.'),
    ),
  }),
  v.description('What dind-station status says of it all; absent where these facts have no answer of an engine.'),
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
    undecided: v.pipe(v.array(inconclusiveSchema), v.description('Checks that could not be made.')),
    areas: v.pipe(
      v.array(v.object({ area: areaSchema, severity: v.picklist([...severities, 'undecided']) })),
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
    verdict: v.exactOptional(verdictSchema),
  }),
  v.title('What dind-station doctor --json prints'),
);
export type Diagnosis = Immutable<v.InferOutput<typeof diagnosisSchema>>;
