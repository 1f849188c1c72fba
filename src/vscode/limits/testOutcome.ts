import type { LimitCheckResult } from '../../limits/runResult';

/** What the Test Explorer shows of a result. `expected` and `actual` are shown side by side. */
export type TestOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly message: string; readonly expected: string; readonly actual: string }
  | { readonly kind: 'errored'; readonly message: string };

/** Why a verdict is what it is, and the finding that explains it. */
function reasonOf({ reason, finding }: LimitCheckResult): string {
  return finding === undefined ? reason : `${reason} Explained by ${finding}.`;
}

/**
 * A verdict as the outcome of a test. Only a limit that was seen not to hold has failed; one that this machine has not is
 * skipped; what could not be told is an error and never a pass. `cancelled`: what the end of the run cut off is no error.
 */
export function testOutcome(result: LimitCheckResult, cancelled: boolean): TestOutcome {
  const { verdict, asked, kernel, observed } = result;
  switch (verdict) {
    case 'enforced':
      return { kind: 'passed' };
    case 'not-enforced':
      return {
        kind: 'failed',
        message: reasonOf(result),
        expected: `asked: ${asked}\nverdict: enforced\n`,
        actual: `kernel: ${kernel}\nobserved: ${observed}\nverdict: not-enforced\n`,
      };
    case 'unsupported':
      return { kind: 'skipped' };
    case 'inconclusive':
      return {
        kind: 'errored',
        message: `Inconclusive: ${reasonOf(result)}\nkernel: ${kernel}\nobserved: ${observed}`,
      };
    case 'error':
      return cancelled ? { kind: 'skipped' } : { kind: 'errored', message: reasonOf(result) };
  }
}
