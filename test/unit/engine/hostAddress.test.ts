import { describe, expect, test } from 'vitest';
import { parseContextHost, parseHost, type HostParse } from '../../../src/engine/hostAddress';

function shown(parse: HostParse): string {
  if (!parse.ok) return 'refused';
  if (parse.address.kind === 'unix') return `unix ${parse.address.socketPath}`;
  const { host, port, basePath } = parse.address;
  return `tcp ${host} ${port ?? 'none'} ${basePath}`.trimEnd();
}

describe('DOCKER_HOST', () => {
  // What docker 20.10 and 28.2 made of the same text (docker context inspect default), except where a comment says so.
  test.each([
    ['unix://', 'unix /var/run/docker.sock'],
    ['unix:///a/b', 'unix /a/b'],
    [' unix:///x ', 'unix /x'],
    ['unix:///a://b', 'refused'],
    ['UNIX:///x', 'refused'],
    ['tcp://', 'tcp localhost 2375'],
    ['tcp://1.2.3.4', 'tcp 1.2.3.4 2375'],
    ['tcp://1.2.3.4:', 'tcp 1.2.3.4 2375'],
    ['tcp://foo:2376', 'tcp foo 2376'],
    ['tcp://tcp://a', 'tcp a 2375'],
    ['foo', 'tcp foo 2375'],
    ['foo:77', 'tcp foo 77'],
    ['a:', 'tcp a 2375'],
    [':77', 'tcp localhost 77'],
    ['tcp://[::1]:99', 'tcp ::1 99'],
    ['tcp://[::1]:', 'tcp ::1 2375'],
    ['tcp://::1', 'tcp ::1 2375'],
    ['tcp://[::1]', 'refused'],
    ['[::1]', 'refused'],
    ['tcp://foo:1/pre/', 'tcp foo 1 /pre'],
    ['tcp://foo/pre', 'tcp foo 2375 /pre'],
    ['tcp:///p', 'tcp localhost 2375 /p'],
    ['tcp://foo?x=1', 'tcp foo 2375'],
    ['tcp://foo#f', 'tcp foo 2375'],
    ['tcp://u:p@foo:1', 'tcp foo 1'],
    ['tcp://[::1@foo:1', 'refused'],
    ['a b@', 'refused'],
    ['tcp://foo:08', 'tcp foo 8'],
    ['tcp://foo:abc', 'refused'],
    ['tcp://foo:-1', 'refused'],
    ['tcp://foo:+5', 'refused'],
    ['tcp://a b:1', 'refused'],
    ['tcp://%41:1', 'refused'],
    ['http://foo', 'refused'],
    ['https://foo:1', 'refused'],
    // docker goes on with these and fails when it connects.
    ['tcp://foo:0', 'refused'],
    ['tcp://foo:99999', 'refused'],
    ['foo:bar:1', 'refused'],
    ['tcp://[foo]:1', 'refused'],
    ['unix://a/b', 'refused'],
    ['unix:///a\0b', 'refused'],
    [`unix:///${'x'.repeat(106)}`, `unix /${'x'.repeat(106)}`],
    [`unix:///${'x'.repeat(107)}`, 'refused'],
    // From docker 29 on; before, a TCP host without a name.
    ['/a/b', 'unix /a/b'],
  ])('%s', (text, expected) => {
    expect(shown(parseHost(text))).toBe(expected);
  });

  test.each([
    ['ssh://u@h', 'ssh -L'],
    ['npipe://', 'Windows'],
    ['fd://', 'unix:///path'],
    ['ftp://x', 'the protocol ftp is unknown'],
  ])('%s is refused with a way out', (text, words) => {
    expect(parseHost(text)).toMatchObject({ ok: false, problem: expect.stringContaining(words) as string });
  });
});

describe('the host of a context', () => {
  // As docker 28.2 connected for contexts made with docker context create.
  test.each([
    ['', 'unix /var/run/docker.sock'],
    ['unix:///a', 'unix /a'],
    ['tcp://127.0.0.1', 'tcp 127.0.0.1 none'],
    ['tcp://foo/pre', 'tcp foo none /pre'],
    ['tcp://:77', 'tcp localhost 77'],
    ['http://127.0.0.1:77', 'tcp 127.0.0.1 77'],
    ['https://127.0.0.1:77', 'tcp 127.0.0.1 77'],
    ['http://127.0.0.99/pre', 'refused'],
    ['foo', 'refused'],
    ['/a/b', 'refused'],
    ['ssh://u@h', 'refused'],
  ])('%s', (text, expected) => {
    expect(shown(parseContextHost(text))).toBe(expected);
  });
});
