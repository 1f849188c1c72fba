import { homedir } from 'node:os';
import type { TimedVerification } from '../engine/verification';
import type { Facts } from '../host/facts/facts';
import { takeFacts, type TakeFactsOptions } from '../host/takeFacts';

/**
 * The facts of this machine and the rules that judge them: by far the largest part of a window. Built into an output file
 * of its own, which `lazyDiagnosis.ts` loads on first use, for the page and for the background alike.
 */
export { doubtSince } from '../app/doubtSince';
export { daemonJsonProblems } from '../diagnosis/daemonJsonProblems';
export { diagnose } from '../diagnosis/diagnose';

/** The facts as this window sees them. No container is run for them: `verified` is what the window knows already. */
export function readFacts(
  setting: string | undefined,
  verified: () => TimedVerification | undefined,
  rest: TakeFactsOptions = {},
): Promise<Facts> {
  return takeFacts({
    verification: () => Promise.resolve(verified() ?? { unreadable: 'no container has been run' }),
    clients: [{ name: 'code-server', env: process.env, homedir: homedir() }],
    ...(setting !== undefined && { setting }),
    ...rest,
  });
}
