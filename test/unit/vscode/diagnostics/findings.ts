import type { Finding, Remedy } from '../../../../src/diagnosis/finding';
import type { RuleId } from '../../../../src/diagnosis/ruleIds';

/** A finding whose remedy is what a test is about. */
export function findingOf(remedy: Partial<Remedy>, id: RuleId = 'storage.data-root-full'): Finding {
  return {
    id,
    area: 'storage',
    severity: 'error',
    title: 'Something is wrong',
    cause: 'It broke.',
    evidence: [{ source: '/proc/x', value: 'a value that is long enough' }],
    consequence: 'It does not work.',
    remedy: { summary: 'Mend it.', command: 'sudo mend', risk: 'none', ...remedy },
    docs: [],
    explains: [],
  };
}
