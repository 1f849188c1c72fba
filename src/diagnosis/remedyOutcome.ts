import type { Diagnosis } from './diagnosisSchema';
import type { Finding } from './finding';

/** What a remedy came to, by facts that were read after it. */
export type RemedyOutcome =
  /** The fault is gone. `next` is the gravest error that is left, which is another one. */
  | { readonly kind: 'fixed'; readonly next: Finding | undefined }
  /** Still there, under whatever id, or now only a consequence of something else. */
  | { readonly kind: 'remains'; readonly why: string }
  | { readonly kind: 'inconclusive'; readonly why: string };

function sentence(text: string): string {
  return /[.?!]$/u.test(text) ? text : `${text}.`;
}

/**
 * Judges a remedy by the diagnosis after it: whoever wanted a fault gone must not read its sentence again, whichever rule
 * says it. What cannot be told any more is not fixed.
 */
export function judgeRemedy(
  { id, title, cause }: Pick<Finding, 'id' | 'title' | 'cause'>,
  after: Pick<Diagnosis, 'findings' | 'undecided'>,
): RemedyOutcome {
  const { findings, undecided } = after;
  if (findings.some((finding) => finding.id === id)) {
    return { kind: 'remains', why: 'The fault is still there: new facts show the same.' };
  }
  const root = findings.find(({ explains }) => explains.some((symptom) => symptom.id === id));
  if (root !== undefined) {
    return {
      kind: 'remains',
      why: `The fault is still there, and follows from another one: ${sentence(root.title)} ${root.remedy.summary}`,
    };
  }
  const open = undecided.find((check) => check.id === id);
  if (open !== undefined) return { kind: 'inconclusive', why: sentence(open.reason) };
  const errors = findings.filter(({ severity }) => severity === 'error');
  const same = errors.find(
    (error) => error.title === title || error.cause === cause || error.explains.some((one) => one.title === title),
  );
  if (same !== undefined) {
    return { kind: 'remains', why: `The same is still an error: ${sentence(same.title)} ${same.remedy.summary}` };
  }
  return { kind: 'fixed', next: errors[0] };
}
