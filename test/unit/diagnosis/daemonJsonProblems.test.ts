import { describe, expect, test } from 'vitest';
import { daemonJsonProblems } from '../../../src/diagnosis/daemonJsonProblems';
import { down, healthyFacts, inform, type HealthyFacts } from './healthy';

const path = '/etc/docker/daemon.json';

/** A machine whose daemon reads that file. */
function machine(change: (facts: HealthyFacts) => void = () => undefined) {
  return healthyFacts((facts) => {
    facts.daemonConfig.value.file = { state: 'absent', path };
    change(facts);
  });
}

/** Each problem as its severity, its rule and the text it marks. */
function marks(content: object | string, facts = machine(), at = path) {
  const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
  return daemonJsonProblems(at, text, facts).map(({ id, severity, offset, length }) => [
    severity,
    id.slice(id.indexOf('.') + 1),
    text.slice(offset, offset + length),
  ]);
}

describe('problems in daemon.json', () => {
  test('a file that is in order has none', () => {
    expect(marks({})).toEqual([]);
    expect(marks({ 'log-driver': 'local', proxies: { 'no-proxy': 'localhost' }, 'live-restore': true })).toEqual([]);
  });

  test.each([
    ['{\n  "debug": true\n  "mtu": 1400\n}', '"'],
    ['{\r\n  "debug": true,\r\n}', '}'],
    ['{ // why\n}', '/'],
  ])('%j is marked where it stops being JSON', (text, marked) => {
    expect(marks(text)).toEqual([['warning', 'daemon-json-syntax', marked]]);
  });

  test('half a file is marked at its end, and one that is no object at its beginning', () => {
    expect(daemonJsonProblems(path, '{ "debug": ', machine())).toMatchObject([{ offset: 11, length: 1 }]);
    expect(daemonJsonProblems(path, '[]', machine())).toMatchObject([{ offset: 0 }]);
  });

  test('a key that this engine does not know is marked, with the engine it is for', () => {
    expect(marks({ debug: true, 'bridge-accept-fwmark': '1' })).toEqual([
      ['warning', 'daemon-json-unknown-key', '"bridge-accept-fwmark"'],
    ]);
    const [problem] = daemonJsonProblems(path, '{"bridge-accept-fwmark": "1"}', machine());
    expect(problem?.message).toContain('"bridge-accept-fwmark" is for engine 29.0 and later, this one is 28.5.2.');
  });

  test('each of several keys is marked, also in a group', () => {
    expect(marks({ graph: '/x', proxies: { 'http-proxi': 'x' } })).toEqual([
      ['warning', 'daemon-json-unknown-key', '"graph"'],
      ['warning', 'daemon-json-unknown-key', '"http-proxi"'],
    ]);
  });

  test('without a daemon the same is an error', () => {
    expect(marks({ 'storage-drvier': 'x' }, machine(down))).toEqual([
      ['error', 'daemon-json-unknown-key', '"storage-drvier"'],
    ]);
  });

  test('what the running daemon has as a flag is a conflict; runtimes add up', () => {
    const facts = machine((facts) => {
      facts.daemonConfig.value.flags = { host: ['unix:///x'], 'add-runtime': ['a=/a'], 'no-proxy': ['x'] };
    });
    const content = { hosts: ['unix:///x'], runtimes: { b: { path: '/b' } }, proxies: { 'no-proxy': 'x' } };
    expect(marks(content, facts)).toEqual([
      ['warning', 'flag-file-conflict', '"hosts"'],
      ['warning', 'flag-file-conflict', '"no-proxy"'],
    ]);
  });

  test('values that this machine makes wrong are marked at their key', () => {
    expect(marks({ 'default-runtime': 'runsc' })).toEqual([['warning', 'runtime-not-registered', '"default-runtime"']]);
    expect(marks({ 'log-driver': 'journald' })).toEqual([['warning', 'log-driver-unavailable', '"log-driver"']]);
    expect(marks({ hosts: ['fd://'] })).toEqual([['warning', 'fd-listener-without-systemd', '"hosts"']]);
  });

  test('a value the daemon works with by now is an error', () => {
    const facts = machine((facts) => inform(facts, { loggingDriver: 'journald' }));
    expect(marks({ 'log-driver': 'journald' }, facts)).toEqual([['error', 'log-driver-unavailable', '"log-driver"']]);
  });

  test('a file that this daemon does not read is judged without the machine', () => {
    const elsewhere = '/home/coder/project/docker/daemon.json';
    expect(marks({ 'bridge-accept-fwmark': '1', 'log-driver': 'journald' }, machine(), elsewhere)).toEqual([]);
    expect(marks({ 'storage-drvier': 'x' }, machine(), elsewhere)).toEqual([
      ['error', 'daemon-json-unknown-key', '"storage-drvier"'],
    ]);
  });

  test('other faults of the machine are not this file’s', () => {
    const facts = machine((facts) => {
      down(facts);
      Reflect.deleteProperty(facts.daemonConfig.value.programs, 'runc');
    });
    expect(marks({}, facts)).toEqual([]);
  });
});
