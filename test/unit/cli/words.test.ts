import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { completionScript } from '../../../src/cli/completion';
import { statusExit } from '../../../src/cli/exitStatus';
import { nextStepLines, outcomeExit, tell, typed } from '../../../src/cli/outcome';
import { askAt, paintFor, untilInterrupted, wantsColour } from '../../../src/cli/terminal';
import type { ResultEvent } from '../../../src/helper/protocol';
import { steps } from '../../../src/diagnosis/nextStep';
import { stateKinds } from '../../../src/engine/state';

const commands = { setUp: 'sudo sh /x/dind-helper install alice', flags: [], engineFlags: [] };
const result = (more: Partial<ResultEvent>): ResultEvent => ({
  event: 'result',
  ok: true,
  verb: 'start',
  code: 'started',
  message: 'The Docker daemon runs.',
  cause: '',
  pid: 1,
  joined: false,
  ms: 1,
  ...more,
});

test('the exit status follows the state', () => {
  const exits = Object.fromEntries(stateKinds.map((kind) => [kind, statusExit(kind, 'ok', true)]));
  expect(exits).toEqual({
    running: 0,
    foreign: 0,
    unknown: 3,
    'not-installed': 1,
    starting: 1,
    stopping: 1,
    restarting: 1,
    degraded: 1,
    'cannot-run': 1,
    hung: 1,
    denied: 1,
    stopped: 1,
    failed: 1,
    misconfigured: 1,
  });
});

test('an error that stands is not fine, and what could not be found out is not known', () => {
  expect(statusExit('running', 'error', true)).toBe(1);
  expect(statusExit('running', 'error', false)).toBe(1);
  expect(statusExit('running', 'ok', false)).toBe(3);
  expect(statusExit('stopped', 'info', false)).toBe(1);
});

test('the exit status follows the outcome', () => {
  expect(outcomeExit({ kind: 'result', result: result({}), steps: [] })).toBe(0);
  expect(outcomeExit({ kind: 'result', result: result({ ok: false }), steps: [] })).toBe(1);
  expect(outcomeExit({ kind: 'not-installed', path: '/x' })).toBe(1);
  expect(outcomeExit({ kind: 'broken', message: 'm' })).toBe(3);
});

describe('an outcome in words', () => {
  test('a daemon that ended is told with its cause, its meaning and a command', () => {
    const cause = 'failed to load listeners: listen tcp 127.0.0.1:2375: bind: address already in use';
    const told = tell({
      kind: 'result',
      result: result({ ok: false, code: 'daemon-exited', message: 'It ended.', cause }),
      steps: [],
    });
    expect(told.message).toBe('Docker failed to start. It ended.');
    expect(told.lines[0]).toContain(cause);
    expect(told.lines[1]).toBe('Another program listens on 127.0.0.1:2375.');
    expect(told.nextSteps.map((step) => step.label)).toEqual(['Show who listens', 'Show the daemon log']);
  });

  test('a cause nobody knows is shown and the log offered once', () => {
    const told = tell({
      kind: 'result',
      result: result({ ok: false, code: 'daemon-exited', cause: 'odd' }),
      steps: [],
    });
    expect(told.lines).toEqual(['The daemon said: odd']);
    expect(told.nextSteps).toEqual([steps.showLog]);
  });

  test('a missing helper and a refusal lead to the set-up only where that mends them', () => {
    expect(tell({ kind: 'not-installed', path: '/x' }).nextSteps).toEqual([steps.setUpHelper]);
    const refusal = { reason: 'no-sudo', message: 'm', nextStep: 'n', setUp: false, evidence: '' } as const;
    expect(tell({ kind: 'refused', refusal })).toEqual({ message: 'm', lines: ['n'], nextSteps: [] });
  });
});

test('every action has a command in a terminal', () => {
  expect(Object.values(steps).map((step) => typed(step, commands).command)).toEqual([
    'dind-station start',
    'dind-station restart',
    'dind-station stop',
    'dind-station logs',
    commands.setUp,
    commands.setUp,
    'dind-station verify',
    'dind-station status',
  ]);
  expect(nextStepLines([steps.start, { label: 'X', command: 'df -h' }], commands)).toEqual([
    'Start Docker   dind-station start',
    'X              df -h',
  ]);
  expect(nextStepLines([], commands)).toEqual([]);
});

test('what is advised after --rootless is about the same daemon', () => {
  const rootless = { ...commands, flags: ['--rootless'], engineFlags: ['--rootless'] };
  expect(Object.values(steps).map((step) => typed(step, rootless).command)).toEqual([
    'dind-station start --rootless',
    'dind-station restart --rootless',
    'dind-station stop --rootless',
    'dind-station logs --rootless',
    commands.setUp,
    commands.setUp,
    'dind-station verify --rootless',
    'dind-station status --rootless',
  ]);
});

test('colours are for terminals, and for people who want them', () => {
  expect(wantsColour(true, {})).toBe(true);
  expect(wantsColour(false, {})).toBe(false);
  expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColour(true, { NO_COLOR: '' })).toBe(true);
  expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
  expect(paintFor(false).bad('x')).toBe('x');
  expect(paintFor(true).bad('x')).toBe('\u001b[31mx\u001b[39m');
});

test('completion scripts name every command', () => {
  const list = [{ name: 'logs', description: "the daemon's log", options: ['--follow'] }];
  expect(completionScript('bash', list, ['--json'])).toContain('logs) words="--follow --json"');
  expect(completionScript('zsh', list, ['--json'])).toContain("'logs:the daemon'\\''s log'");
  expect(completionScript('fish', list, ['--json'])).toContain('-l follow');
});

test.each([
  ['y', true],
  ['Yes ', true],
  ['', false],
  ['yesterday', false],
])('the answer %j to a question is %s', async (answer, agreed) => {
  const stdin = new PassThrough();
  stdin.end(`${answer}\n`);
  const stderr = new PassThrough();
  expect(await askAt({ stdin, stderr }, 'Save it?')).toBe(agreed);
  expect(String(stderr.read())).toContain('Save it? [y/N] ');
});

test('the first interruption ends in order, the second at once', () => {
  const exits: number[] = [];
  const signalled = Object.assign(new EventEmitter(), { exit: (status: number) => exits.push(status) });
  const signal = untilInterrupted(signalled, 3);
  signalled.emit('SIGINT');
  expect([signal.aborted, exits]).toEqual([true, []]);
  signalled.emit('SIGTERM');
  expect(exits).toEqual([3]);
});
