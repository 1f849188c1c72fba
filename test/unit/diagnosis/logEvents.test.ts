import { expect, test } from 'vitest';
import { groupedEvents, logEvents, timeOf } from '../../../src/diagnosis/logEvents';

const one = 'a'.repeat(64);
const two = 'b'.repeat(64);
const line = (seconds: string, message: string, more = ''): string =>
  `time="2026-01-01T00:00:${seconds}Z" level=error msg=${JSON.stringify(message)}${more}`;
const answer = (id: string, why: string): string =>
  `Handler for POST /v1.41/containers/${id}/start returned error: ${why}`;

test('what is logged of one container within a second is one event, told by the answer to the request', () => {
  const lines = [
    line('01.1', 'cannot attach', ` container=${one}`),
    line('01.2', 'cannot attach', ` container=${two}`),
    line('01.9', answer(one, 'the moon is full')),
    line('03.0', 'cannot attach', ` container=${one}`),
    line('03.1', 'of no container'),
    line('03.1', 'of no container'),
  ];
  expect(logEvents(lines).map(({ message, others }) => [message, others])).toEqual([
    [answer(one, 'the moon is full'), [lines[0]]],
    ['cannot attach', []],
    ['cannot attach', []],
    ['of no container', []],
    ['of no container', []],
  ]);
});

test('a line without a time is an event of its own', () => {
  const bare = `level=error msg="x" container=${one}`;
  expect(logEvents([bare, bare])).toHaveLength(2);
});

test('what a healthy daemon writes is none', () => {
  expect(logEvents([line('01', 'stream copy error: reading from a closed fifo')])).toEqual([]);
});

test('events that say the same but for numbers and ids are one group, the newest first', () => {
  const lines = [
    line('01', answer(one, 'port 80')),
    line('02', 'another'),
    line('03', answer(two, 'port 81')),
    line('04', 'the last'),
  ];
  expect(groupedEvents(logEvents(lines)).map(({ newest, count }) => [newest.line, count])).toEqual([
    [lines[3], 1],
    [lines[2], 2],
    [lines[1], 1],
  ]);
});

test('the time of a line is read from logfmt, JSON and behind what a journal puts first', () => {
  const at = Date.parse('2026-01-01T00:00:01Z');
  expect(timeOf(line('01', 'x'))).toBe(at);
  expect(timeOf('{"level":"error","msg":"x","time":"2026-01-01T00:00:01Z"}')).toBe(at);
  expect(timeOf(`Jan 01 00:00:09 host dockerd[8]: ${line('01', 'x')}`)).toBe(at);
  expect(timeOf('failed to start daemon: x')).toBeUndefined();
  expect(timeOf('time="yesterday" level=error')).toBeUndefined();
});
