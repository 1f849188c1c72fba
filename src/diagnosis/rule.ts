import type { Risk, ActionId } from './actions';
import type { Facts, SliceName } from '../host/facts/facts';
import type { Evidence, Remedy, Severity } from './finding';
import type { DaemonConfigFacts } from '../host/facts/daemon';
import type { RuleId, RulePattern } from './ruleIds';

/** What a rule says when its fault is there; id and area are the rule's. */
export interface Draft {
  readonly severity: Exclude<Severity, 'ok'>;
  readonly title: string;
  readonly cause: string;
  readonly evidence: readonly Evidence[];
  readonly consequence: string;
  readonly remedy: Remedy;
  readonly docs?: readonly string[];
}

/** Undefined: the fault is not there. */
export type Verdict = Draft | { readonly inconclusive: string } | undefined;

/** Another rule, or all that begin so. */
export type Explained = RuleId | RulePattern;

export interface Rule {
  readonly id: RuleId;
  readonly needs: readonly SliceName[];
  /** Ids of rules whose findings follow from this one; `start.*` stands for all that begin so. */
  readonly explains: readonly Explained[];
  readonly judge: (facts: Facts) => Verdict;
}

/** The named slices, readable. */
export type Slices<S extends SliceName> = {
  readonly [K in S]: Extract<Facts[K], { readonly value: unknown }>['value'];
};

/** Why a slice has no value; undefined when it has one. Facts of others may lack the slice altogether. */
function unreadableSlice(facts: Facts, name: SliceName): string | undefined {
  const fact = facts[name] as Facts[SliceName] | undefined;
  if (fact === undefined) return `${name}: not in these facts`;
  return 'value' in fact ? undefined : `${name}: ${fact.unreadable}`;
}

/** A rule that is only asked when every slice it needs was read; inconclusive otherwise. */
export function rule<const S extends SliceName>(parts: {
  readonly id: Rule['id'];
  readonly needs: readonly S[];
  readonly explains?: readonly Explained[];
  readonly judge: (slices: Slices<S>, facts: Facts) => Verdict;
}): Rule {
  return {
    id: parts.id,
    needs: parts.needs,
    explains: parts.explains ?? [],
    judge: (facts) => {
      const missing = parts.needs.flatMap((name) => unreadableSlice(facts, name) ?? []);
      if (missing.length > 0) return { inconclusive: missing.join('; ') };
      const slices = Object.fromEntries(parts.needs.map((name) => [name, (facts[name] as { value: unknown }).value]));
      return parts.judge(slices as Slices<S>, facts);
    },
  };
}

export function seen(source: string, value: unknown): Evidence {
  return { source, value: typeof value === 'string' ? value : value === undefined ? 'absent' : JSON.stringify(value) };
}

/** A remedy on this machine. */
export function fix(summary: string, command: string, risk: Risk = 'none', action?: ActionId): Remedy {
  return { summary, command, risk, ...(action !== undefined && { action }) };
}

/** A remedy only whoever starts this container has; `flag` is what to start it with. */
export function requiresHost(summary: string, flag: string): Remedy {
  return { summary: `Outside of this container: ${summary}`, command: flag, risk: 'stops-containers', outside: true };
}

/** Something that stands in daemon.json under a key; the editor marks that key. */
export function seenIn({ file }: Pick<DaemonConfigFacts, 'file'>, key: string, value: unknown): Evidence {
  return seen(`${file.path} ${key}`, value);
}

/** The key that a piece of evidence is about, if it is from that file: the inverse of `seenIn`. */
export function keyIn(path: string, { source }: Evidence): string | undefined {
  return source.startsWith(`${path} `) ? source.slice(path.length + 1) : undefined;
}
