import { expect, test } from 'vitest';
import { parseHelperState } from '../../../src/helper/helperState';
import { parseHelperEvent } from '../../../src/helper/protocol';

const stateText =
  '{"schema":1,"state":"running","verb":"start","step":"","pid":42,"helperPid":7,"since":"2026-11-23T10:00:00Z","by":"alice","code":"started","message":"m","cause":""';

test('events are parsed, anything else is not one', () => {
  expect(
    parseHelperEvent('{"event":"step","step":"daemon.launch","status":"changed","detail":"d","ms":3}'),
  ).toMatchObject({ step: 'daemon.launch' });
  expect(
    parseHelperEvent(
      '{"event":"result","ok":true,"verb":"start","code":"started","message":"m","cause":"","pid":1,"joined":false,"ms":9}',
    ),
  ).toMatchObject({ code: 'started' });
  for (const line of ['', 'text', 'null', '[]', '{"event":"step"}', '{"event":"other"}', '{"event":"result","ok":1}']) {
    expect(parseHelperEvent(line), line).toBeUndefined();
  }
});

test('a state file without a log path means the usual one, and one of another schema is not read', () => {
  expect(parseHelperState(`${stateText}}`)?.log).toBe('/var/log/dockerd.log');
  expect(parseHelperState(`${stateText},"log":"/var/log/docker.log"}`)?.log).toBe('/var/log/docker.log');
  expect(parseHelperState(`${stateText},"log":""}`)?.log).toBe('');
  expect(parseHelperState(`${stateText}}`.replace('"schema":1', '"schema":2'))).toBeUndefined();
});
