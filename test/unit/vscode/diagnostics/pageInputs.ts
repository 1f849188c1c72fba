import { diagnose } from '../../../../src/diagnosis/diagnose';
import type { Facts } from '../../../../src/host/facts/facts';
import type { PageInput } from '../../../../src/vscode/diagnostics/page';
import { verdictOf } from '../states';
import { factsOf, readMachine } from '../../../fixtures/machine';

/** Facts of a recorded machine: a privileged container on cgroup v2, prepared for nesting, whose engine answers. */
export function healthyFacts(): Promise<Facts> {
  return factsOf(readMachine('machines', 'B-priv-private-nested'));
}

/** The same container before anything was prepared. */
export function unpreparedFacts(): Promise<Facts> {
  return factsOf(readMachine('machines', 'B-priv-private-naive-before'));
}

export function inputOf(facts: Facts, more: Partial<PageInput> = {}): PageInput {
  return {
    verdict: verdictOf({ nextSteps: [{ label: 'Restart Docker', action: 'restart' }] }),
    facts,
    diagnosis: diagnose(facts),
    attempts: new Map(),
    fixed: [],
    transitions: [],
    limits: [],
    formatTime: (ms) => new Date(ms).toISOString(),
    ...more,
  };
}
