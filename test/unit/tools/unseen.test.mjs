import { expect, test } from 'vitest';
import { readAnswer, score } from '../../../tools/labs/unseenScore.mjs';
import { faults } from '../../unseen/faults.mjs';

/** @type {import('../../../tools/labs/unseenScore.mjs').Expected} */
const expected = { cause: /proxy/i, fact: /3128/, remedy: /NO_PROXY/, severity: ['error'] };

/** @param {Partial<import('../../../tools/labs/unseenScore.mjs').Finding>} [other] */
const finding = (other) => ({
  id: 'client.proxy',
  severity: 'error',
  title: 'The command asks a proxy',
  cause: 'NO_PROXY does not name the engine',
  evidence: [{ source: 'HTTP_PROXY', value: 'http://127.0.0.1:3128' }],
  remedy: { summary: 'Name the engine in NO_PROXY', command: 'export NO_PROXY=docker' },
  ...other,
});

/** @param {readonly ReturnType<typeof finding>[]} findings */
const answer = (findings, status = { code: 1, headline: 'Docker cannot be reached', explanation: '' }) =>
  score(expected, { status, findings });

const nothing = { cause: false, fact: false, remedy: false, severity: false, falseGreen: false, by: '' };

test('a finding with cause, fact, remedy and severity', () => {
  const all = { cause: true, fact: true, remedy: true, severity: true, falseGreen: false, by: 'client.proxy' };
  expect(answer([finding()])).toEqual(all);
});

test('each part is looked for where it belongs', () => {
  expect(answer([finding({ title: 'No answer', cause: 'Nobody listens' })])).toEqual(nothing);
  expect(answer([finding({ evidence: [{ source: 'DOCKER_HOST', value: 'tcp://docker' }] })])).toMatchObject({
    cause: true,
    fact: false,
    remedy: true,
  });
  expect(answer([finding({ remedy: { summary: 'Start the proxy', command: '' } })])).toMatchObject({ remedy: false });
  expect(answer([finding({ severity: 'warning' })])).toMatchObject({ cause: true, severity: false });
});

test('a remark names no cause', () => {
  expect(answer([finding({ severity: 'info' })])).toEqual(nothing);
});

test('of the findings that name the cause the best counts, and its parts are not mixed with others', () => {
  const factOnly = finding({ id: 'a.fact', remedy: { summary: 'Wait', command: '' } });
  const remedyOnly = finding({ id: 'a.remedy', evidence: [] });
  expect(answer([factOnly, remedyOnly])).toMatchObject({ fact: true, remedy: false, by: 'a.fact' });
  expect(answer([factOnly, finding()])).toMatchObject({ fact: true, remedy: true, by: 'client.proxy' });
});

test('a cause that only status names', () => {
  const said = { code: 1, headline: 'Docker cannot be reached', explanation: 'The proxy refuses.' };
  expect(answer([], said)).toEqual({ ...nothing, cause: true, by: 'status' });
});

test('green is false only when status is fine and doctor has neither error nor warning', () => {
  const fine = { code: 0, headline: 'Docker runs', explanation: '' };
  expect(answer([], fine)).toEqual({ ...nothing, falseGreen: true });
  expect(answer([finding({ severity: 'info' })], fine)).toMatchObject({ falseGreen: true });
  expect(answer([finding({ title: 'x', cause: 'y' })], fine)).toMatchObject({ falseGreen: false });
  expect(answer([])).toMatchObject({ falseGreen: false });
});

test('what was printed is read as the answer', () => {
  const status = { code: 1, stdout: '{"schema":1,"headline":"Docker is stopped","explanation":"It was."}' };
  expect(readAnswer(status, { stdout: JSON.stringify({ findings: [finding()] }) })).toEqual({
    status: { code: 1, headline: 'Docker is stopped', explanation: 'It was.' },
    findings: [finding()],
  });
  expect(() => readAnswer(status, { stdout: '' })).toThrow(SyntaxError);
});

test('there are fifteen faults, each with a name of its own and words to look for that keep no state', () => {
  expect(new Set(faults.map(({ entry }) => entry)).size).toBe(15);
  for (const { cause, fact, remedy } of faults.map(({ expect: words }) => words)) {
    expect([cause, fact, remedy].map(({ flags }) => flags).join('')).not.toMatch(/[gy]/);
    expect([cause, fact, remedy].filter((words) => words.test(''))).toEqual([]);
  }
});
