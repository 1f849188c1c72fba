import { expect, test } from 'vitest';
import { refusedSince } from '../../../src/app/failureSince';

const noon = Date.parse('2026-03-04T12:00:00Z');
const line = (time: string, message: string): string =>
  `time="2026-03-04T${time}Z" level=error msg=${JSON.stringify(message)}`;
const start = 'Handler for POST /v1.41/containers/web/start returned error: ';

test('the last container that did not start after one had run is told in the words of the engine', () => {
  const log = [
    line('11:59:00', `${start}before the proof`),
    line('12:01:00', `${start}OCI runtime create failed: the moon is full: unknown`),
    line('12:02:00', 'Handler for POST /v1.41/containers/create returned error: the tide is out'),
  ];
  expect(refusedSince(log.slice(0, 1), noon)).toBeUndefined();
  expect(refusedSince(log.slice(0, 2), noon)).toBe('OCI runtime create failed: the moon is full: unknown');
  expect(refusedSince(log, noon)).toBe('the tide is out');
});

test('what a client cannot have, and what is not about a container, is no reason for doubt', () => {
  const log = [
    line('12:01:00', 'Handler for POST /v1.41/containers/create returned error: No such image: nosuch:1'),
    line('12:02:00', `${start}Conflict. The container name is taken`),
    line('12:03:00', 'Handler for POST /v1.41/images/create returned error: the moon is full'),
    line('12:04:00', 'the moon is full'),
  ];
  expect(log.flatMap((one) => refusedSince([one], noon) ?? [])).toEqual([]);
});
