import * as v from 'valibot';
import { verificationSteps } from '../../engine/verification';
import type { FactsOf } from './schema';

/** When; absent in facts of an older version. */
const at = v.exactOptional(v.number());

/** What a trial of containers found on the daemon that runs now. */
export const verificationFactsSchema = v.variant('verdict', [
  v.object({ verdict: v.literal('yes'), at }),
  v.object({
    verdict: v.literal('no'),
    step: v.picklist(verificationSteps),
    /** The engine's own sentence, whole. */
    message: v.string(),
    at,
  }),
]);
export type VerificationFacts = FactsOf<typeof verificationFactsSchema>;
