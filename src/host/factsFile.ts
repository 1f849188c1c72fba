import * as v from 'valibot';
import { sliceSchemas, type Facts } from './facts/facts';
import { factSchema } from './facts/schema';

/** Other slices may be missing in facts of an older version; to a rule they are unreadable. */
const required = { cgroup: v.unknown(), kernel: v.unknown(), processes: v.unknown(), engine: v.unknown() };
const FactsFile = v.looseObject({ schema: v.literal(1), takenAt: v.string(), tookMs: v.number(), ...required });

/** Larger is no facts file: a machine with 10 000 mounts and a full log stays below a hundredth of it. */
export const maxFactsBytes = 32 * 1024 * 1024;

/** How much of a wrong value a reason quotes. */
const quotedLength = 60;

/** Where a value is wrong, what it is, and what was expected: one sentence for people. */
function problemOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue)?.replace(/^value\./u, '');
  if (path !== undefined && issue.received === 'undefined') return `the facts file has no ${path}`;
  const received = issue.received.length > quotedLength ? `${issue.received.slice(0, quotedLength)}…` : issue.received;
  return `the facts file has ${received} ${path === undefined ? 'for it' : `at ${path}`}, expected ${issue.expected ?? 'another value'}`;
}

/** The slices that a file has, each as it is when it has the right form, else unreadable. */
function slicesOf(content: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const present = Object.entries(sliceSchemas).filter(([name]) => Object.hasOwn(content, name));
  return Object.fromEntries(
    present.map(([name, schema]) => {
      const parsed = v.safeParse(factSchema(schema), content[name], { abortEarly: true });
      return [name, parsed.success ? content[name] : { unreadable: problemOf(parsed.issues[0]) }];
    }),
  );
}

/**
 * Facts out of a file's text. A slice of another form is unreadable and says why; properties that this version does not
 * know are kept. Throws an `Error` with one sentence for people when it is no such file.
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
  return { ...parsed.output, ...slicesOf(parsed.output) } as unknown as Facts;
}
