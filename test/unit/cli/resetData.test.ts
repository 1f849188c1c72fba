import { PassThrough } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import { runResetData, type ResetDataOptions } from '../../../src/cli/resetData';
import { paintFor } from '../../../src/cli/terminal';
import type { ResultEvent } from '../../../src/helper/protocol';

let verbs: string[];
let asked: string[];
let out: PassThrough;
let err: PassThrough;

beforeEach(() => {
  verbs = [];
  asked = [];
  out = new PassThrough();
  err = new PassThrough();
});

function reset(
  options: Partial<ResetDataOptions>,
  { answers = [], interactive = true, fails }: { answers?: boolean[]; interactive?: boolean; fails?: string } = {},
) {
  const left = [...answers];
  return runResetData(
    { json: false, undo: false, yes: 0, ...options },
    {
      terminal: { out, err, paint: { out: paintFor(false), err: paintFor(false) }, interactive },
      commands: { setUp: 'set-up', flags: [], engineFlags: [] },
      run: (verb, { onEvent }) => {
        verbs.push(verb);
        const result: ResultEvent = {
          ...{ event: 'result', ok: verb !== fails, verb, code: verb === fails ? 'containers-running' : 'data-moved' },
          ...{ message: `${verb} done`, cause: '', pid: 0, joined: false, ms: 1 },
        };
        onEvent?.({ event: 'step', step: 'reset.space', status: 'ok', detail: 'It takes 5 MiB.', ms: 1 });
        onEvent?.(result);
        return Promise.resolve({ kind: 'result', result, steps: [] });
      },
      ask: (question) => {
        asked.push(question);
        return Promise.resolve(left.shift() ?? false);
      },
      signal: new AbortController().signal,
    },
  );
}

const text = (stream: PassThrough) => String(stream.read() ?? '');

test('what would be moved is shown first, then it is asked twice', async () => {
  expect(await reset({}, { answers: [true, true] })).toBe(0);
  expect(verbs).toEqual(['reset-data-preview', 'reset-data']);
  expect(asked).toHaveLength(2);
  expect(text(err)).toMatch(/It takes 5 MiB\.[^]*dind-station reset-data --undo/);
});

test('one yes of two moves nothing', async () => {
  expect(await reset({}, { answers: [true, false] })).toBe(1);
  expect(verbs).toEqual(['reset-data-preview']);
  expect(text(err)).toContain('Nothing was changed.');
});

test('each --yes answers one question', async () => {
  expect(await reset({ yes: 1 }, { answers: [true] })).toBe(0);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('Nothing is deleted');
  expect(await reset({ yes: 2 }, { interactive: false })).toBe(0);
});

test('where nobody can be asked, one --yes is refused, and with --json as well', async () => {
  expect(await reset({ yes: 1 }, { interactive: false })).toBe(2);
  expect(await reset({ yes: 1, json: true })).toBe(2);
  expect(verbs).toEqual(['reset-data-preview', 'reset-data-preview']);
  expect(text(err)).toContain('--yes --yes');
});

test('--undo asks once and needs no preview', async () => {
  expect(await reset({ undo: true }, { answers: [true] })).toBe(0);
  expect(await reset({ undo: true }, { answers: [false] })).toBe(1);
  expect(await reset({ undo: true, yes: 1 }, { interactive: false })).toBe(0);
  expect(verbs).toEqual(['undo-reset-data', 'undo-reset-data']);
});

test('nothing is asked when it cannot be looked at, and a refusal is no success', async () => {
  expect(await reset({ yes: 2 }, { fails: 'reset-data-preview' })).toBe(1);
  expect(verbs).toEqual(['reset-data-preview']);
  expect(await reset({ yes: 2 }, { fails: 'reset-data' })).toBe(1);
  expect(text(err)).not.toContain('Next:');
});

test('--json prints the events and no words', async () => {
  expect(await reset({ json: true, yes: 2 })).toBe(0);
  const lines = text(out).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
    'step',
    'result',
    'step',
    'result',
  ]);
});
