import { describe, expect, test } from 'vitest';
import { stateKinds } from '../../../src/engine/state';
import {
  levelWithout,
  noticeFor,
  nothingTold,
  remember,
  shouldTell,
  told,
  wellEnoughMs,
} from '../../../src/vscode/notices';
import { stateOf } from './states';

describe('noticeFor', () => {
  test('interrupts only for what needs somebody', () => {
    const severities = Object.fromEntries(stateKinds.map((kind) => [kind, noticeFor(stateOf(kind))?.severity]));
    expect(severities).toEqual({
      unknown: undefined,
      'not-installed': undefined,
      stopped: undefined,
      starting: undefined,
      running: undefined,
      stopping: undefined,
      restarting: undefined,
      foreign: undefined,
      failed: 'error',
      hung: 'error',
      misconfigured: 'error',
      degraded: 'warning',
      'cannot-run': 'error',
      denied: 'warning',
    });
  });

  test('interrupts for what is on its way no more, and not for an engine that is slow', () => {
    expect(noticeFor(stateOf('starting', 'takes-long'))).toEqual({ severity: 'warning', key: 'starting/takes-long' });
    expect(noticeFor(stateOf('restarting', 'paused'))?.severity).toBe('warning');
    expect(noticeFor(stateOf('running', 'slow'))).toBeUndefined();
  });

  test('tells causes of one kind apart', () => {
    expect(noticeFor(stateOf('failed', 'crashed'))?.key).not.toBe(noticeFor(stateOf('failed', 'start-failed'))?.key);
  });
});

describe('shouldTell', () => {
  const crash = { severity: 'error', key: 'failed/crashed' } as const;
  const denied = { severity: 'warning', key: 'denied/no-permission' } as const;

  test('follows the setting', () => {
    expect(shouldTell(nothingTold, crash, 'all')).toBe(true);
    expect(shouldTell(nothingTold, crash, 'errors')).toBe(true);
    expect(shouldTell(nothingTold, crash, 'none')).toBe(false);
    expect(shouldTell(nothingTold, denied, 'all')).toBe(true);
    expect(shouldTell(nothingTold, denied, 'errors')).toBe(false);
  });

  test('tells a cause once', () => {
    const memory = told(nothingTold, crash.key);
    expect(shouldTell(memory, crash, 'all')).toBe(false);
    expect(shouldTell(memory, denied, 'all')).toBe(true);
  });

  test('is silenced by the level its own button sets, and by no quieter one than needed', () => {
    expect(levelWithout(crash)).toBe('none');
    expect(levelWithout(denied)).toBe('errors');
  });
});

describe('remember', () => {
  const run = stateOf('running');
  const crash = stateOf('failed', 'crashed');

  test('forgets what was told after Docker was well for long enough', () => {
    const memory = remember(told(nothingTold, 'failed/crashed'), run, 1000);
    expect(remember(memory, crash, 1000 + wellEnoughMs).told.size).toBe(0);
  });

  test('keeps it through a crash loop', () => {
    let memory = told(nothingTold, 'failed/crashed');
    for (let at = 0; at < 20; at += 1) {
      memory = remember(memory, run, at * 10_000);
      memory = remember(memory, crash, at * 10_000 + 9000);
      expect(memory.told.has('failed/crashed')).toBe(true);
    }
  });

  test('counts from the first of many looks', () => {
    let memory = told(nothingTold, 'failed/crashed');
    for (let at = 0; at <= wellEnoughMs; at += 1000) memory = remember(memory, run, at);
    expect(remember(memory, crash, wellEnoughMs).told.size).toBe(0);
  });
});
