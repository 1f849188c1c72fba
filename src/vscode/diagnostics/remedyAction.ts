import { actions, type ActionId, type Risk } from '../../diagnosis/actions';
import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import type { Finding } from '../../diagnosis/finding';
import type { RuleId } from '../../diagnosis/ruleIds';
import type { CommandName } from '../../webview/protocol';

/** What the button of a finding does: a command of this extension, or an action of the helper. */
export type RemedyAction = { readonly label: string; readonly risk: Risk } & (
  { readonly kind: 'command'; readonly name: CommandName } | { readonly kind: 'apply'; readonly action: ActionId }
);

/** Findings that are fixed in a terminal, where sudo can ask for a password. */
const setUpFindings: ReadonlySet<RuleId> = new Set<RuleId>([
  'helper.missing',
  'helper.untrusted',
  'helper.sudo-password-required',
]);

/** What the editor can do about a finding; undefined: only the person can. */
export function remedyActionOf({ id, remedy }: Pick<Finding, 'id' | 'remedy'>): RemedyAction | undefined {
  const { action, risk } = remedy;
  if (action === undefined) {
    return setUpFindings.has(id)
      ? { kind: 'command', name: 'set-up-helper', label: 'Set up the privileged helper', risk }
      : undefined;
  }
  const label = actions[action].title;
  // Verbs of their own, which know how to ask about containers that would end.
  if (action === 'start-daemon') return { kind: 'command', name: 'start', label, risk };
  if (action === 'restart-daemon') return { kind: 'command', name: 'restart', label, risk };
  return { kind: 'apply', action, label, risk };
}

/** What a remedy came to, by facts that were read after it. */
export type RemedyOutcome =
  | { readonly kind: 'fixed' }
  /** Still there, or now only a consequence of something else. */
  | { readonly kind: 'remains'; readonly why: string }
  | { readonly kind: 'inconclusive'; readonly why: string };

/** Judges a remedy by the diagnosis after it: what cannot be told any more is not fixed. */
export function judgeRemedy(finding: string, after: Diagnosis): RemedyOutcome {
  if (after.findings.some(({ id }) => id === finding)) {
    return { kind: 'remains', why: 'The fault is still there: new facts show the same.' };
  }
  const root = after.findings.find(({ explains }) => explains.some(({ id }) => id === finding));
  if (root !== undefined) {
    return { kind: 'remains', why: `The fault is still there, and follows from another one: ${root.title}.` };
  }
  const open = after.undecided.find(({ id }) => id === finding);
  return open === undefined
    ? { kind: 'fixed' }
    : { kind: 'inconclusive', why: `Whether it is mended could not be told: ${open.reason}.` };
}
