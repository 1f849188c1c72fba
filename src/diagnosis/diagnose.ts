import * as v from 'valibot';
import { platformSchema, type Diagnosis } from './diagnosisSchema';
import { areas, findingSchema, severities, type Area, type Finding, type Severity, type Inconclusive } from './finding';
import type { CheckId } from './ruleIds';
import { valueOf } from '../host/facts/fact';
import type { Facts } from '../host/facts/facts';
import type { Rule } from './rule';
import { rules as allRules } from './rules/allRules';
import { errorMessage } from '../util/format';

function areaOf(rule: Rule): Area {
  return rule.id.slice(0, rule.id.indexOf('.')) as Area;
}

function covers(explains: readonly string[], id: string): boolean {
  return explains.some((pattern) => (pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : pattern === id));
}

interface Standing {
  readonly rule: Rule;
  readonly finding: Finding;
}

/**
 * The finding that a finding follows from, over as many steps as there are; itself when it follows from none. Only what
 * is at least as grave explains: a remark never hides an error.
 */
function rootOf(standing: Standing, all: readonly Standing[]): Standing {
  const rank = ({ finding }: Standing): number => severities.indexOf(finding.severity);
  const passed = new Set<Standing>();
  let root = standing;
  for (;;) {
    passed.add(root);
    const current = root;
    const above = all.find(
      (other) => !passed.has(other) && rank(other) >= rank(current) && covers(other.rule.explains, current.rule.id),
    );
    if (above === undefined) return root;
    root = above;
  }
}

function engineWorks(facts: Facts): boolean {
  const engine = facts.engine as Facts['engine'] | undefined;
  if (engine === undefined || !('value' in engine)) return false;
  const { ping, info } = engine.value as { ping?: { outcome?: string }; info?: { outcome?: string } };
  return ping?.outcome === 'ok' && info?.outcome === 'ok';
}

function platformOf(facts: Facts): Diagnosis['platform'] {
  return v.parse(platformSchema, valueOf(facts.platform)?.chain ?? []);
}

/** Judges one snapshot. Pure; never throws, whatever the facts are: what cannot be judged is inconclusive and says why. */
export function diagnose(facts: Facts, rules: readonly Rule[] = allRules): Diagnosis {
  const standing: Standing[] = [];
  const undecided: Inconclusive[] = [];
  for (const rule of rules) {
    const area = areaOf(rule);
    try {
      const verdict = rule.judge(facts);
      if (verdict === undefined) continue;
      if ('inconclusive' in verdict) undecided.push({ id: rule.id, area, reason: verdict.inconclusive });
      else {
        const finding: Finding = { docs: [], ...verdict, id: rule.id, area, explains: [] };
        // A rule passes on what it read: a fact of another form must not reach the reports.
        v.assert(findingSchema, finding);
        standing.push({ rule, finding });
      }
    } catch (error) {
      undecided.push({
        id: rule.id,
        area,
        reason: `these facts do not have the form that is expected: ${errorMessage(error)}`,
      });
    }
  }

  const under = new Map<Standing, Finding[]>();
  for (const one of standing) {
    const root = rootOf(one, standing);
    if (root === one) under.set(one, under.get(one) ?? []);
    else under.set(root, [...(under.get(root) ?? []), one.finding]);
  }
  const findings = [...under]
    .map(([{ finding }, symptoms]) => ({
      ...finding,
      explains: symptoms.map(({ id, title, evidence }) => ({ id, title, evidence })),
    }))
    .toSorted(
      (a, b) =>
        severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
        Number(b.explains.length > 0) - Number(a.explains.length > 0),
    );

  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  const read = <T>(id: CheckId, area: Area, of: (facts: Facts) => T, without: T): T => {
    try {
      return of(facts);
    } catch (error) {
      undecided.push({ id, area, reason: errorMessage(error) });
      return without;
    }
  };
  const works = read('daemon.engine', 'daemon', engineWorks, false);
  const platform = read<Diagnosis['platform']>('platform.chain', 'platform', platformOf, []);
  return {
    schema: 1,
    takenAt: typeof facts.takenAt === 'string' ? facts.takenAt : '',
    findings,
    undecided,
    areas: areas.map((area) => {
      const worst = findings
        .filter((finding) => finding.area === area)
        .reduce<Severity>(
          (most, { severity }) => (severities.indexOf(severity) > severities.indexOf(most) ? severity : most),
          'ok',
        );
      const open = undecided.some((item) => item.area === area);
      return { area, severity: open && (worst === 'ok' || worst === 'info') ? 'undecided' : worst };
    }),
    sum: { info: count('info'), warning: count('warning'), error: count('error'), undecided: undecided.length },
    engineWorks: works,
    platform,
  };
}
