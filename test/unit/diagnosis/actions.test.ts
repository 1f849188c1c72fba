import { expect, test } from 'vitest';
import { helperActions } from '../../../src/helper/protocol';
import { actionIds, actions, undoOf, verbOf } from '../../../src/diagnosis/actions';

test('the diagnosis knows the actions of the helper, each of them and no other', () => {
  expect(actionIds.toSorted()).toEqual([...helperActions, 'start-daemon', 'restart-daemon'].toSorted());
});

test('an action is a verb of the helper, and its undo can be pasted', () => {
  expect(verbOf('start-daemon')).toBe('start');
  expect(verbOf('restart-daemon')).toBe('restart');
  for (const action of helperActions) {
    expect(verbOf(action)).toBe(`apply ${action}`);
    expect(undoOf(action)).toBe(`sudo dind-helper apply undo-${action}`);
  }
});

test('what moves data aside is never done unasked', () => {
  for (const action of helperActions.filter((name) => /^move-.*(?:database|cache|metadata|repositories)/.test(name))) {
    expect(actions[action].risk, action).toBe('changes-data');
  }
});
