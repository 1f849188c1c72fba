import type { HelperOutcome } from '../helper/run';
import { actions, undoOf, type ActionId } from '../diagnosis/actions';
import { diagnose } from '../diagnosis/diagnose';
import type { Finding } from '../diagnosis/finding';
import { judgeRemedy } from '../diagnosis/remedyOutcome';
import { reportSurface, sanitizeForDisplay } from '../util/sanitize';
import type { Facts } from '../host/facts/facts';
import { exitStatus, type ExitStatus } from './exitStatus';
import { tell } from './outcome';
import { printLine, type Terminal } from './terminal';

/** How applying an action ended, in words for people. */
export interface Applied {
  readonly ok: boolean;
  readonly message: string;
  /** False when the helper found nothing to change, so that there is nothing to undo either. */
  readonly changed: boolean;
}

/** What the helper made of an action, in words for people. Pure. */
export function appliedBy(outcome: HelperOutcome): Applied {
  const { message, lines } = tell(outcome);
  if (outcome.kind !== 'result') return { ok: false, message: [message, ...lines].join(' '), changed: false };
  const { ok, code } = outcome.result;
  return { ok, message: [message, ...lines].join(' '), changed: ok && !code.startsWith('already-') };
}

export interface FixParts {
  readonly terminal: Terminal;
  readonly takeFacts: () => Promise<Facts>;
  readonly apply: (action: ActionId) => Promise<Applied>;
  /** Asks a person yes or no; not called where nobody sits. */
  readonly ask: (question: string) => Promise<boolean>;
}

function listed(findings: readonly Finding[]): string {
  const ids = findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id);
  return ids.length === 0 ? 'There are no active issues.' : `Active issues: ${ids.join(', ')}.`;
}

/** `fix ID`: applies the remedy of a finding, and says that it is mended only when fresh facts do. */
export async function runFix(id: string, options: { readonly yes: boolean }, parts: FixParts): Promise<ExitStatus> {
  const { terminal } = parts;
  const { out, err, paint } = terminal;
  const { findings } = diagnose(await parts.takeFacts());
  const finding = findings.find((one) => one.id === id);
  if (finding === undefined) {
    printLine(
      err,
      `error: No active issue ${JSON.stringify(sanitizeForDisplay(id, reportSurface))}. ${listed(findings)}`,
    );
    return exitStatus.usage;
  }
  const { remedy } = finding;
  if (remedy.action === undefined) {
    printLine(out, sanitizeForDisplay(remedy.summary, reportSurface));
    printLine(out, `  ${sanitizeForDisplay(remedy.command, reportSurface)}`);
    printLine(err, 'No automatic fix, and nothing was changed. Run the command above.');
    return exitStatus.notFine;
  }
  const action = actions[remedy.action];
  // The finding knows more than the action: a start may end containers that run without a daemon.
  const risk = remedy.risk === 'none' ? action.risk : remedy.risk;
  if (risk !== 'none' && !options.yes) {
    if (!terminal.interactive) {
      printLine(
        err,
        `error: ${action.title} has a cost (${risk}); say --yes to do it. To undo it: ${undoOf(remedy.action)}`,
      );
      return exitStatus.usage;
    }
    if (!(await parts.ask(`${action.title} (${risk}). To undo it: ${undoOf(remedy.action)}. Go on?`))) {
      printLine(err, 'Nothing was changed.');
      return exitStatus.notFine;
    }
  }
  const applied = await parts.apply(remedy.action);
  if (!applied.ok) {
    printLine(err, paint.err.bad(sanitizeForDisplay(applied.message, reportSurface)));
    printLine(err, `By hand: ${sanitizeForDisplay(remedy.command, reportSurface)}`);
    return exitStatus.notFine;
  }
  const undo = applied.changed ? ` To undo it: ${undoOf(remedy.action)}` : '';
  const after = diagnose(await parts.takeFacts());
  const outcome = judgeRemedy(finding, after);
  const title = sanitizeForDisplay(finding.title, reportSurface);
  switch (outcome.kind) {
    case 'inconclusive': {
      const why = sanitizeForDisplay(outcome.why, reportSurface);
      printLine(err, paint.err.warn(`It was done, but cannot be verified: ${why}${undo}`));
      return exitStatus.unclear;
    }
    case 'remains': {
      const why = sanitizeForDisplay(outcome.why, reportSurface);
      printLine(err, paint.err.bad(`It was done, and the fault is still there: ${title}. ${why}${undo}`));
      return exitStatus.notFine;
    }
    case 'fixed':
      printLine(out, paint.out.good(`Fixed: ${title}.${undo}`));
      if (outcome.next !== undefined) printLine(out, nextLine(outcome.next));
      return exitStatus.fine;
  }
}

/** The next error, with what to type against it. */
function nextLine({ id, title, remedy }: Finding): string {
  const command = remedy.action === undefined ? remedy.command : `dind-station fix ${id}`;
  return `Next: ${sanitizeForDisplay(title, reportSurface)}. ${sanitizeForDisplay(command, reportSurface)}`;
}
