import type { RuleId } from '../../../../src/diagnosis/ruleIds';
import type { HealthyFacts } from '../healthy';

type Change = (facts: HealthyFacts) => void;

/** A rule's id, facts in which its fault is there, and facts in which it nearly is. */
export type Case = readonly [id: RuleId, positive: Change, nearMiss: Change];
