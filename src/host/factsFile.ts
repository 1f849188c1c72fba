import * as v from 'valibot';
import type { Facts } from './facts/facts';

const slice = v.union([v.object({ unreadable: v.string() }), v.object({ value: v.unknown() })]);

const FactsFile = v.looseObject({
  schema: v.literal(1),
  takenAt: v.string(),
  tookMs: v.number(),
  ...{ cgroup: slice, kernel: slice, processes: slice, engine: slice },
});

/** Larger is no facts file: a machine with 10 000 mounts and a full log stays below a hundredth of it. */
export const mostFactsBytes = 32 * 1024 * 1024;

/**
 * Facts out of a file's text. What stands inside of a slice is not checked here: a rule that stumbles over it is
 * undecided and says why. Throws an `Error` with one sentence for people when it is no such file.
 */
export function parseFacts(text: string, path: string): Facts {
  const because = (reason: string): Error =>
    new Error(`${path} holds no facts (${reason}); expected what dind-station doctor --facts-out writes.`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw because(error instanceof Error ? error.message.slice(0, 120) : 'no JSON');
  }
  const parsed = v.safeParse(FactsFile, content);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw because(`${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
  }
  // Other slices may be missing in facts of an older version; to a rule they are unreadable.
  return parsed.output as unknown as Facts;
}
