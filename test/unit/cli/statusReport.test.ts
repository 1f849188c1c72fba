import { describe, expect, test } from 'vitest';
import { overallVerdict, type VerdictInput } from '../../../src/app/verdict';
import { statusJson, statusLines, type StatusFacts } from '../../../src/cli/statusReport';
import { paintFor } from '../../../src/cli/terminal';
import { describe as describeState } from '../../../src/diagnosis/describe';
import { findingOf } from '../vscode/diagnostics/findings';
import { ownEndpoint, someDetails, someTime, stateOf } from '../vscode/states';

const commands = { setUp: 'set up', flags: [], engineFlags: ['--host', 'tcp://box'] };
const at = new Date(2026, 2, 4, 14, 3).getTime();

function facts(more: Partial<VerdictInput> = {}, rest: Partial<StatusFacts> = {}): StatusFacts {
  const state = more.state ?? stateOf('running', undefined, { details: someDetails, verified: { verdict: 'yes', at } });
  const input = {
    state,
    words: describeState(state, {}),
    endpoint: ownEndpoint,
    verifies: true,
    findings: [],
    now: at,
  };
  return {
    state,
    verdict: overallVerdict({ ...input, ...more }),
    examined: true,
    endpoint: ownEndpoint,
    apiVersion: '1.51',
    lastRun: undefined,
    helper: { status: 'unknown', why: 'not looked at' },
    warning: undefined,
    ...rest,
  };
}
const lines = (status: StatusFacts): string => statusLines(status, commands, paintFor(false)).join('\n');
const json = (status: StatusFacts) => statusJson(status, commands);

describe('status', () => {
  test('says when a container ran, and has nothing to do', () => {
    const text = lines(facts());
    expect(text).toMatch(/^Docker is running\n/);
    expect(text).toMatch(/verified +yes: a container ran at 14:03\n/);
    expect(text).not.toContain('Next steps');
    expect(json(facts())).toMatchObject({
      verified: { verdict: 'yes', why: null, at: new Date(at).toISOString() },
      ...{ severity: 'ok', finding: null, examined: true, warning: null, exit: 0 },
    });
  });

  test('claims no more than that it responds where none ran, and offers the request for that engine', () => {
    const state = stateOf('running', undefined, { details: someDetails });
    const open = facts({ state, endpoint: undefined });
    expect(lines(open)).toMatch(/^Docker is responding, not verified\n/);
    expect(lines(open)).toMatch(/verified +not yet: not a daemon of this machine\n/);
    expect(lines(open)).toMatch(/Next steps:\n +Verify that containers run +dind-station verify --host tcp:\/\/box$/);
    expect(json(open)).toMatchObject({
      verified: { verdict: 'not-yet', why: 'not a daemon of this machine', at: null },
      exit: 0,
    });
    expect(json(facts({ state })).verified).toEqual({ verdict: 'not-yet', why: null, at: null });
    expect(json(facts({ state, verifies: false })).verified?.why).toBe('verification is off');
  });

  test('ends with 1 when an error stands, names it first and says how to mend it', () => {
    const finding = findingOf({ action: 'restart-daemon' });
    const wrong = facts({ findings: [finding] });
    expect(lines(wrong)).toMatch(/^Something is wrong\nIt broke\. It does not work\.\n/);
    expect(lines(wrong)).toContain(`Next steps:\n  Mend it.         dind-station fix ${finding.id}`);
    expect(json(wrong)).toMatchObject({
      ...{ state: 'running', headline: 'Something is wrong', severity: 'error', finding: finding.id, exit: 1 },
      warning: 'Something is wrong. It broke. It does not work.',
    });
    const byHand = facts({ findings: [findingOf({ command: 'df -h' })] });
    expect(json(byHand).nextSteps[0]?.command).toBe('df -h');
  });

  test('is not fine when what else is wrong could not be found out', () => {
    const late = facts({}, { examined: false });
    expect(lines(late)).toContain('Whether something else is wrong is not known');
    expect(json(late)).toMatchObject({ examined: false, exit: 3 });
    expect(json(late).explanation).toContain('could not be examined in time');
  });

  test("quotes the engine's sentence whole where no container could be run", () => {
    const verified = { verdict: 'no', step: 'start', message: 'runc: the flux is 1.20', at } as const;
    const state = stateOf('cannot-run', undefined, {
      verified,
      cause: { code: 'containers-fail', evidence: verified.message },
    });
    const text = lines(facts({ state }));
    expect(text).toMatch(/^Docker can't run containers\n.*runc: the flux is 1\.20/);
    expect(text).toMatch(/verified +no: a container could not be run at 14:03\n/);
    expect(json(facts({ state }))).toMatchObject({ verified: { verdict: 'no', why: verified.message }, exit: 1 });
    expect(json(facts({ state })).verified?.at).not.toBe(new Date(someTime).toISOString());
  });
});
