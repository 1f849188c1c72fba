import { describe, expect, test } from 'vitest';
import { resultCodes, type ResultCode, type ResultEvent } from '../../../src/helper/protocol';
import { refusalReasons, type Refusal } from '../../../src/helper/refusal';
import { commandIds } from '../../../src/vscode/commands';
import { lifecycleVerbNames } from '../../../src/app/lifecycle';
import { judge } from '../../../src/vscode/lifecycleOutcome';

const line = "sudo /bin/sh '/a b/dind-helper' install coder";
const nothing = () => undefined;

function result(code: ResultCode, more: Partial<ResultEvent> = {}): ResultEvent {
  return {
    event: 'result',
    ok: false,
    verb: 'restart',
    code,
    message: 'The helper says so.',
    cause: '',
    pid: 0,
    joined: false,
    ms: 1,
    ...more,
  };
}

const ended = (event: ResultEvent) => ({ kind: 'result', result: event, steps: [] }) as const;

function refusal(reason: Refusal['reason'], setUp: boolean): Refusal {
  return { reason, message: `refused ${reason}`, nextStep: 'Do this.', setUp, evidence: '' };
}

describe('judge', () => {
  test.each([
    ['start', 'started', 'started'],
    ['start', 'already-running', 'already running'],
    ['stop', 'stopped', 'stopped'],
    ['stop', 'already-stopped', 'already stopped'],
    ['restart', 'restarted', 'restarted'],
    ['restart', 'started', 'restarted'],
  ] as const)('%s, %s: flashes "%s"', (verb, code, flash) => {
    expect(judge(verb, ended(result(code, { ok: true })), nothing, line)).toEqual({ kind: 'done', flash });
  });

  test('says nothing about a cancelled command', () => {
    expect(judge('start', ended(result('cancelled')), nothing, line)).toEqual({ kind: 'cancelled' });
  });

  test('names the cause of a daemon that ended, in words where the line is known', () => {
    const explain = (text: string) =>
      text === 'bad line'
        ? { title: 'daemon.json is not valid JSON', advice: 'Correct it', command: 'vi x' }
        : undefined;
    expect(judge('restart', ended(result('daemon-exited', { cause: 'bad line' })), explain, line)).toEqual({
      kind: 'failed',
      message: 'Docker failed to start. daemon.json is not valid JSON. Correct it.',
      buttons: [
        { label: 'Copy command', copy: 'vi x' },
        { label: 'Show log', command: commandIds.showLog },
        { label: 'Try again', command: commandIds.restart },
      ],
    });
    expect(judge('start', ended(result('daemon-exited', { cause: 'never seen' })), explain, line)).toMatchObject({
      message: 'Docker failed to start. The helper says so. never seen.',
    });
    expect(judge('start', ended(result('not-ready')), explain, line)).toMatchObject({
      message: 'Docker failed to start. The helper says so.',
    });
  });

  test('says that a daemon was left running when its new configuration would not do', () => {
    const event = result('config-refused', {
      message: 'The daemon was left as it is.',
      cause: 'parse error at line 1',
    });
    expect(judge('restart', ended(event), nothing, line)).toEqual({
      kind: 'failed',
      message: 'Docker was not restarted. The daemon was left as it is. parse error at line 1.',
      buttons: [{ label: 'Try again', command: commandIds.restart }],
    });
    const explain = () => ({ title: 'It is not JSON', advice: 'Mend it' });
    expect(judge('restart', ended(event), explain, line)).toMatchObject({
      message: 'Docker was not restarted. The daemon was left as it is. It is not JSON. Mend it.',
    });
  });

  test.each([
    ['locked', ['Try again']],
    ['not-trusted', ['Set up helper']],
    ['not-root', ['Set up helper']],
    ['usage', ['Set up helper']],
    ['foreign', []],
    ['no-engine', ['Try again']],
    ['bad-config', ['Try again']],
    ['not-stopped', ['Show log', 'Try again']],
  ] as const)('%s: offers %j', (code, labels) => {
    const verdict = judge('restart', ended(result(code)), nothing, line);
    expect(verdict).toMatchObject({ kind: 'failed', message: 'Docker was not restarted. The helper says so.' });
    expect(verdict.kind === 'failed' && verdict.buttons.map((button) => button.label)).toEqual(labels);
  });

  test('has a sentence for every code and verb', () => {
    for (const verb of lifecycleVerbNames) {
      for (const code of resultCodes) {
        const verdict = judge(verb, ended(result(code)), nothing, line);
        expect(verdict.kind === 'cancelled' || (verdict.kind === 'failed' && verdict.message.endsWith('.'))).toBe(true);
      }
    }
  });

  test('gives each refusal its own sentence and its next step', () => {
    for (const reason of refusalReasons) {
      const verdict = judge('stop', { kind: 'refused', refusal: refusal(reason, false) }, nothing, line);
      expect(verdict).toMatchObject({ message: `Docker was not stopped. refused ${reason}. Do this.` });
    }
    expect(judge('stop', { kind: 'refused', refusal: refusal('no-rule', true) }, nothing, line)).toMatchObject({
      buttons: [{ label: 'Set up helper', command: commandIds.setUpHelper }],
    });
    expect(judge('stop', { kind: 'refused', refusal: refusal('no-sudo', false) }, nothing, line)).toMatchObject({
      buttons: [{ label: 'Copy set-up command', copy: line }],
    });
    expect(
      judge('stop', { kind: 'refused', refusal: refusal('no-new-privileges', false) }, nothing, line),
    ).toMatchObject({
      buttons: [],
    });
  });

  test('offers to set up a helper that is not there', () => {
    expect(judge('start', { kind: 'not-installed', path: '/x/dind-helper' }, nothing, line)).toEqual({
      kind: 'failed',
      message: 'Docker was not started. The privileged helper is not installed at /x/dind-helper. Set it up once.',
      buttons: [
        { label: 'Set up helper', command: commandIds.setUpHelper },
        { label: 'Copy command', copy: line },
      ],
    });
  });

  test('passes on why a helper gave no result', () => {
    expect(judge('start', { kind: 'broken', message: 'It took too long' }, nothing, line)).toMatchObject({
      message: 'Docker was not started. It took too long.',
    });
  });
});
