import { describe, expect, test } from 'vitest';
import { overallVerdict, type VerdictInput } from '../../../src/app/verdict';
import { describe as describeState } from '../../../src/diagnosis/describe';
import { steps } from '../../../src/diagnosis/nextStep';
import type { Endpoint } from '../../../src/engine/endpoint';
import { stateKinds } from '../../../src/engine/state';
import { states } from '../../../src/engine/stateTable';
import { findingOf } from '../vscode/diagnostics/findings';
import { ownEndpoint, stateOf } from '../vscode/states';

const tcp: Endpoint = {
  kind: 'tcp',
  host: 'box',
  port: 2375,
  basePath: '',
  source: 'DOCKER_HOST',
  display: 'tcp://box:2375',
};
const now = new Date(2026, 2, 4, 15, 0).getTime();
const at = new Date(2026, 2, 4, 14, 3).getTime();
const ran = { verdict: 'yes', at } as const;
const failed = { verdict: 'no', step: 'start', message: 'exec: "runc": not found', at } as const;
const error = findingOf({}, 'storage.data-root-full');

function verdict(more: Partial<VerdictInput> = {}) {
  const state = more.state ?? stateOf('running');
  const words = describeState(state, {});
  return overallVerdict({ state, words, endpoint: ownEndpoint, verifies: true, findings: [], now, ...more });
}

describe('the verdict', () => {
  test('is "running" only where a container has run', () => {
    const proven = verdict({ state: stateOf('running', undefined, { verified: ran }) });
    expect(proven).toMatchObject({ headline: 'Docker is running', severity: 'ok', verified: ran });
    expect(proven.verification).toBe('verified: a container ran at 14:03');
    expect(proven.nextSteps[0]).toBe(steps.restart);
    expect(verdict({ state: stateOf('running', undefined, { verified: ran }), endpoint: tcp }).headline).toBe(
      'Docker is running',
    );
  });

  test.each([
    ['not done yet', {}, 'no container has been run'],
    ['turned off', { verifies: false }, 'verification is off'],
    ['another engine', { endpoint: tcp }, 'not a daemon of this machine'],
    ['another engine, and turned off', { endpoint: tcp, verifies: false }, 'not a daemon of this machine'],
  ] satisfies [string, Partial<VerdictInput>, string][])('says what was not proven: %s', (_name, more, why) => {
    const open = verdict(more);
    expect(open).toMatchObject({ headline: 'Docker is responding, not verified', severity: 'ok', note: why });
    expect(open.verification).toBe(why);
    expect(open.nextSteps[0]).toBe(steps.verify);
  });

  test('is not green when a container has failed since one ran', () => {
    const state = stateOf('running', undefined, { verified: ran });
    const doubted = verdict({ state, doubt: 'A container failed since one ran: the moon is full' });
    expect(doubted).toMatchObject({
      headline: 'Docker is responding, not verified',
      explanation: 'A container failed since one ran: the moon is full',
      verified: { verdict: 'not-yet', reason: 'doubted' },
      note: 'in doubt since one ran',
    });
    expect(doubted.nextSteps[0]).toBe(steps.verify);
  });

  test("of the host's daemon: not verified until it was asked for, and an error where no container ran", () => {
    const open = verdict({ state: stateOf('foreign', 'socket-mounted') });
    expect(open.headline).toBe("This is another machine's Docker: responding, not verified");
    expect([open.note, open.severity]).toEqual(['not a daemon of this machine', 'ok']);
    const proven = verdict({ state: stateOf('foreign', 'socket-mounted', { verified: ran }) });
    expect(proven.headline).toBe("This is another machine's Docker");
    const broken = verdict({ state: stateOf('foreign', 'socket-mounted', { verified: failed }) });
    expect(broken).toMatchObject({ headline: "Docker can't run containers", severity: 'error' });
    expect(broken.explanation).toContain(failed.message);
    expect(broken.nextSteps[0]).toBe(steps.verify);
  });

  test('is the first error that stands, with its remedy, though the engine runs', () => {
    const found = verdict({
      state: stateOf('running', undefined, { verified: ran }),
      findings: [{ ...error, severity: 'warning', title: 'a warning' }, error, { ...error, title: 'later' }],
    });
    expect(found).toMatchObject({
      headline: error.title,
      severity: 'error',
      explanation: 'It broke. It does not work.',
    });
    expect(found.nextSteps[0]).toEqual({
      label: error.remedy.summary,
      command: error.remedy.command,
      finding: { id: error.id, applicable: false },
    });
    expect(verdict({ findings: [error] }).verification).toBe('not verified: no container has been run');
    const applicable = findingOf({ action: 'restart-daemon' });
    expect(verdict({ findings: [applicable] }).nextSteps[0]).toMatchObject({ finding: { applicable: true } });
    expect(verdict({ findings: [{ ...error, severity: 'warning' }] }).severity).toBe('ok');
  });

  test("is not what is wrong with this machine, where the engine is another's", () => {
    expect(verdict({ findings: [error], endpoint: tcp }).severity).toBe('ok');
    expect(verdict({ findings: [error], state: stateOf('foreign', 'socket-mounted') }).severity).toBe('ok');
  });

  test('is the state, whatever was found, where the engine cannot be used', () => {
    for (const kind of stateKinds.filter((kind) => states[kind].exit !== 'fine')) {
      const state = stateOf(kind);
      const { headline, nextSteps } = describeState(state, {});
      const found = verdict({ state, findings: [error] });
      expect(found).toMatchObject({ headline, severity: states[kind].severity });
      expect(found.nextSteps.slice(0, nextSteps.length)).toEqual(nextSteps);
      expect(found.verified).toBeUndefined();
    }
    const cannot = verdict({ state: stateOf('cannot-run', 'containers-fail', { verified: failed }) });
    expect(cannot.note).toBe('a container could not be run at 14:03');
    expect(cannot.nextSteps).toContain(steps.verify);
    const lost = verdict({ state: stateOf('cannot-run', 'containerd-dead', { verified: { verdict: 'yes', at: 1 } }) });
    expect([lost.verified, lost.verification, lost.severity]).toEqual([undefined, '', 'error']);
  });
});
