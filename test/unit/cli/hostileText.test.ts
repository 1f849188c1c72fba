import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { overallVerdict } from '../../../src/app/verdict';
import { showVerification } from '../../../src/cli/lifecycle';
import { nextStepLines, show, showEvent } from '../../../src/cli/outcome';
import { statusLines, type StatusFacts } from '../../../src/cli/statusReport';
import { paintFor, type Terminal } from '../../../src/cli/terminal';
import { describe as describeState } from '../../../src/diagnosis/describe';
import type { ResultEvent } from '../../../src/helper/protocol';
import { ownEndpoint, stateOf } from '../vscode/states';

const commands = { setUp: 'set up', flags: [], engineFlags: [] };
/** Clears the screen, goes back to the start of the line, ends a string, and turns the direction of what follows. */
const hostile = 'moon\u001b[2J\r\u0000\u202e dust';
const kept = /moon\S* dust/;

function printed(print: (terminal: Terminal) => void): string {
  const [out, err] = [new PassThrough(), new PassThrough()];
  print({ out, err, paint: { out: paintFor(false), err: paintFor(false) }, interactive: false });
  return `${String(out.read() ?? '')}${String(err.read() ?? '')}`;
}

const state = stateOf('cannot-run', 'containers-fail', { cause: { code: 'containers-fail', evidence: hostile } });
const input = { state, words: describeState(state, {}), endpoint: ownEndpoint, verifies: true, findings: [], now: 0 };
const status: StatusFacts = {
  ...{ state, verdict: overallVerdict(input), examined: true, endpoint: ownEndpoint },
  ...{
    apiVersion: hostile,
    lastRun: undefined,
    helper: { status: 'unknown' as const, why: hostile },
    warning: hostile,
  },
};
const failed: ResultEvent = {
  ...{
    event: 'result' as const,
    ok: false,
    verb: 'start',
    code: 'daemon-exited' as const,
    message: hostile,
    cause: hostile,
  },
  ...{ pid: 0, joined: false, ms: 1 },
};
const step = { event: 'step', step: 'daemon.launch', status: 'failed', detail: hostile, ms: 1 } as const;

test.each<[string, string]>([
  [
    'a trial of containers',
    printed((terminal) => showVerification({ verdict: 'no', step: 'run', message: hostile }, false, terminal)),
  ],
  [
    'a trial that was not made',
    printed((terminal) => showVerification({ verdict: 'unknown', message: hostile }, false, terminal)),
  ],
  [
    'the outcome of a start',
    printed((terminal) => show(terminal, { kind: 'result', result: failed, steps: [] }, commands)),
  ],
  ['a step of the helper', printed((terminal) => showEvent(terminal, step))],
  ['a next step', nextStepLines([{ label: hostile, command: hostile }], commands).join('\n')],
  ['status', statusLines(status, commands, paintFor(false)).join('\n')],
])('%s: what others said does nothing to the terminal', (_what, text) => {
  expect(text).toMatch(kept);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
});
