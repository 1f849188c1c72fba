import { diagnose } from '../diagnosis/diagnose';
import type { Finding } from '../diagnosis/finding';
import type { TimedVerification } from '../engine/verification';
import { takeFacts } from '../host/takeFacts';

/**
 * What is wrong with this machine, as `status` sees it: nothing is tried, and the helper is not asked, whose every call is a
 * line in sudo's log. Never rejects.
 *
 * @param host the engine's address, as in DOCKER_HOST; undefined for that of the environment
 */
export async function standingFindings(
  bundledHelper: string,
  host: string | undefined,
  verified: TimedVerification | undefined,
): Promise<readonly Finding[]> {
  const facts = await takeFacts({
    bundledHelper,
    ...(host !== undefined && { setting: host }),
    verification: () => Promise.resolve(verified ?? { unreadable: 'no container has been run' }),
  });
  return diagnose(facts).findings;
}
