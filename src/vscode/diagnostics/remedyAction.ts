import { actions, type ActionId, type Risk } from '../../diagnosis/actions';
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
    return setUpFindings.has(id) ? { kind: 'command', name: 'set-up-helper', label: 'Set up helper', risk } : undefined;
  }
  const label = actions[action].title;
  // Verbs of their own, which know how to ask about containers that would end.
  if (action === 'start-daemon') return { kind: 'command', name: 'start', label, risk };
  if (action === 'restart-daemon') return { kind: 'command', name: 'restart', label, risk };
  return { kind: 'apply', action, label, risk };
}
