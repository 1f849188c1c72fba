import { actions, type ActionId, type Risk } from '../../diagnosis/actions';
import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import type { Finding } from '../../diagnosis/finding';
import type { RuleId } from '../../diagnosis/ruleIds';
import type { CommandName } from '../../webview/messages';

/** What the button of a finding does: a command of this extension, or an action of the helper. */
export type Mending = { readonly label: string; readonly risk: Risk } & (
  { readonly kind: 'command'; readonly name: CommandName } | { readonly kind: 'apply'; readonly action: ActionId }
);

/** Findings that are mended in a terminal, where sudo can ask for a password. */
const setUps: ReadonlySet<RuleId> = new Set<RuleId>([
  'helper.missing',
  'helper.untrusted',
  'helper.sudo-password-required',
]);

/** What the editor can do about a finding; undefined: only the person can. */
export function mendingOf({ id, remedy }: Pick<Finding, 'id' | 'remedy'>): Mending | undefined {
  const { action, risk } = remedy;
  if (action === undefined) {
    return setUps.has(id)
      ? { kind: 'command', name: 'set-up-helper', label: 'Set up the privileged helper', risk }
      : undefined;
  }
  const label = actions[action].title;
  // Verbs of their own, which know how to ask about containers that would end.
  if (action === 'start-daemon') return { kind: 'command', name: 'start', label, risk };
  if (action === 'restart-daemon') return { kind: 'command', name: 'restart', label, risk };
  return { kind: 'apply', action, label, risk };
}

/** What a mending came to, by facts that were read after it. */
export type Proof =
  | { readonly outcome: 'mended' }
  /** Still there, or now only a consequence of something else. */
  | { readonly outcome: 'standing'; readonly why: string }
  | { readonly outcome: 'undecided'; readonly why: string };

/** Judges a mending by the diagnosis after it: what cannot be told any more is not mended. */
export function proofOf(finding: string, after: Diagnosis): Proof {
  if (after.findings.some(({ id }) => id === finding)) {
    return { outcome: 'standing', why: 'The fault is still there: new facts show the same.' };
  }
  const root = after.findings.find(({ explains }) => explains.some(({ id }) => id === finding));
  if (root !== undefined) {
    return { outcome: 'standing', why: `The fault is still there, and follows from another one: ${root.title}.` };
  }
  const open = after.undecided.find(({ id }) => id === finding);
  return open === undefined
    ? { outcome: 'mended' }
    : { outcome: 'undecided', why: `Whether it is mended could not be told: ${open.reason}.` };
}
