import { expect, test } from 'vitest';
import type { Endpoint } from '../../../src/engine/endpoint';
import { proxyVariable } from '../../../src/host/clientProxy';

const at = (host: string, tls = false): Endpoint => {
  const place = { host, port: 2375, basePath: '', source: 'DOCKER_HOST', display: `tcp://${host}:2375` } as const;
  return tls ? { ...place, kind: 'tls', tls: { verify: true } } : { ...place, kind: 'tcp' };
};
const proxy = 'http://proxy:3128';

test('a TCP endpoint is asked for at the proxy of its scheme, by the first of the two names', () => {
  expect(proxyVariable({ HTTP_PROXY: proxy, http_proxy: proxy }, at('docker'))).toBe('HTTP_PROXY');
  expect(proxyVariable({ http_proxy: proxy }, at('docker'))).toBe('http_proxy');
  expect(proxyVariable({ HTTP_PROXY: '' }, at('docker'))).toBeUndefined();
  expect(proxyVariable({ HTTP_PROXY: proxy }, at('docker', true))).toBeUndefined();
  expect(proxyVariable({ HTTPS_PROXY: proxy }, at('docker', true))).toBe('HTTPS_PROXY');
  // Go knows no ALL_PROXY.
  expect(proxyVariable({ ALL_PROXY: proxy }, at('docker'))).toBeUndefined();
});

test('a socket and loopback are never asked for at a proxy', () => {
  const unix: Endpoint = { kind: 'unix', socketPath: '/s', source: 'default', display: 'unix:///s' };
  for (const endpoint of [unix, at('localhost'), at('127.0.0.1'), at('::1')])
    expect(proxyVariable({ HTTP_PROXY: proxy }, endpoint)).toBeUndefined();
});

test.each([
  ['docker', 'docker'],
  ['docker', 'localhost, Docker'],
  ['docker', '*'],
  ['docker', 'docker:2375'],
  ['engine.docker.test', 'docker.test'],
  ['engine.docker.test', '.docker.test'],
  ['engine.docker.test', '*.docker.test'],
  ['10.77.0.2', '10.77.0.2'],
  ['10.77.0.2', '10.0.0.0/8'],
  ['fd00::2', 'fd00::/8'],
])('%s is exempt by NO_PROXY=%s', (host, list) => {
  expect(proxyVariable({ HTTP_PROXY: proxy, NO_PROXY: list }, at(host))).toBeUndefined();
  expect(proxyVariable({ HTTP_PROXY: proxy, no_proxy: list }, at(host))).toBeUndefined();
});

test.each([
  ['docker', 'localhost'],
  ['docker', ''],
  ['docker', 'docker:2376'],
  ['docker.test', '.docker.test'],
  ['mydocker', 'docker'],
  ['10.77.0.2', '0.2'],
  ['10.77.0.2', '10.78.0.0/16'],
  ['10.77.0.2', 'fd00::/8'],
  ['10.77.0.2', '10.0.0.0/99'],
])('%s is not exempt by NO_PROXY=%s', (host, list) => {
  expect(proxyVariable({ HTTP_PROXY: proxy, NO_PROXY: list }, at(host))).toBe('HTTP_PROXY');
});
