import { expect, test } from 'vitest';
import type { ActionId } from '../../../src/diagnosis/actions';
import { runningCauseIds, startCauseIds } from '../../../src/host/causeIds';
import { fix, rule } from '../../../src/diagnosis/rule';
import { machineRuleIds, type RuleId } from '../../../src/diagnosis/ruleIds';
import { rules } from '../../../src/diagnosis/rules/allRules';
import type { StepId } from '../../../src/helper/stepIds';

test('the ids are those of the rules, each once', () => {
  const ids: RuleId[] = [
    ...machineRuleIds,
    ...[...startCauseIds, 'not-recognised' as const, 'refused' as const].map((id) => `start.${id}` as const),
    ...[...runningCauseIds, 'not-recognised' as const].map((id) => `log.${id}` as const),
  ];
  expect(rules.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
});

test('a misspelt id does not compile', () => {
  const fine = { needs: [], judge: () => undefined } as const;
  const made = [
    rule({ ...fine, id: 'socket.socket-dead', explains: ['start.*', 'log.dbus'] }),
    // @ts-expect-error no such rule
    rule({ ...fine, id: 'socket.socket-deaf' }),
    // @ts-expect-error no such rule to explain
    rule({ ...fine, id: 'socket.socket-dead', explains: ['log.dbuss'] }),
    // @ts-expect-error no such area to explain
    rule({ ...fine, id: 'socket.socket-dead', explains: ['begin.*'] }),
  ];
  const remedies = [
    fix('Do it.', 'it', 'none', 'close-socket'),
    // @ts-expect-error no such action
    fix('Do it.', 'it', 'none', 'close-sock'),
  ];
  // @ts-expect-error the helper has no such verb
  const action: ActionId = 'start';
  const steps: StepId[] = ['daemon.launch', 'tls.server'];
  // @ts-expect-error no such step
  steps.push('daemon.lunch');
  expect([made.length, remedies.length, steps.length, action]).toEqual([4, 2, 3, 'start']);
});
