import { expect, test } from 'vitest';
import { findingIds, judgeFound } from '../../../tools/labs/faultJudge.mjs';

/** @param {...string} words `id severity` */
function found(...words) {
  return words.map((word) => {
    const [id = '', severity = ''] = word.split(' ');
    return { id, severity };
  });
}

test('what doctor printed is read in its order, and nothing of it but id and severity', () => {
  const finding = (/** @type {string} */ id, /** @type {string} */ severity) => ({ id, severity, title: 't' });
  const report = { schema: 1, findings: [finding('a.x', 'error'), finding('b.y', 'info')], undecided: [] };
  expect(findingIds(JSON.stringify(report))).toEqual(found('a.x error', 'b.y info'));
  expect(findingIds('{"findings":[]}')).toEqual([]);
});

test('what is no report is an error, not an empty one', () => {
  expect(() => findingIds('')).toThrow(SyntaxError);
  expect(() => findingIds('{}')).toThrow(TypeError);
});

test('only what a report begins with is right', () => {
  expect(judgeFound(found('socket.socket-dead error', 'b.y warning'), 'socket-dead')).toBe('right');
  expect(judgeFound(found('b.y error', 'socket.socket-dead error'), 'socket-dead')).toBe('later');
  expect(judgeFound(found('b.y error'), 'socket-dead')).toBe('wrong');
  expect(judgeFound([], 'socket-dead')).toBe('wrong');
});

test('a name is compared whole', () => {
  expect(judgeFound(found('socket.not-socket-dead error', 'socket.socket-dead-too error'), 'socket-dead')).toBe(
    'wrong',
  );
});

test('a remark counts where there are only remarks, in whatever order', () => {
  expect(judgeFound(found('a.x info', 'daemon.y info'), 'y')).toBe('right');
  expect(judgeFound(found('a.x warning', 'daemon.y info'), 'y')).toBe('wrong');
});
