import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createDocker } from '../../../src/engine/dockerode';
import type { Endpoint, TlsFiles } from '../../../src/engine/endpoint';
import { ping, unusableCode } from '../../../src/engine/probe';
import { get } from '../../../src/engine/request';
import { Litter, unixEndpoint } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

describe('TLS', () => {
  /** A server for localhost that wants a client's certificate; certificate, key and authority are one. */
  async function tlsServer(
    folder: string,
    names = ['-addext', 'subjectAltName=DNS:localhost'],
  ): Promise<{ port: number; files: Required<TlsFiles> }> {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', ...names];
    const fresh = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    await promisify(execFile)('openssl', [...fresh, '-keyout', key, '-out', cert, ...subject]);
    const pem = { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(cert) };
    const server: Server = createServer({ ...pem, requestCert: true }, (_request, response) => response.end('OK'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    litter.later(() => server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { port: address.port, files: { ca: cert, cert, key, verify: true } };
  }

  function endpoint(port: number, tls: TlsFiles, host = 'localhost'): Endpoint {
    return { kind: 'tls', host, port, basePath: '', tls, source: 'setting', display: `tcp://${host}:${port}` };
  }

  test('with the authority and a certificate of our own', async () => {
    const { port, files } = await tlsServer(litter.folder());
    expect(await ping(endpoint(port, files), 2000)).toMatchObject({ outcome: 'ok' });
  });

  test('a server that the authority does not know is refused, by its TLS code', async () => {
    const { port } = await tlsServer(litter.folder());
    expect(await ping(endpoint(port, { verify: true }), 2000)).toMatchObject({
      outcome: 'unreachable',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test('a server whose certificate lists no names is refused, as docker refuses it, unless it is not to be verified', async () => {
    const { port, files } = await tlsServer(litter.folder(), []);
    expect(await ping(endpoint(port, files), 2000)).toEqual({
      outcome: 'unreachable',
      code: 'CERT_WITHOUT_NAMES',
      message: 'The certificate of localhost lists no names (subjectAltName), so docker does not accept it.',
    });
    await expect((await createDocker(endpoint(port, files))).ping()).rejects.toThrow('lists no names');
    expect(await ping(endpoint(port, { ...files, verify: false }), 2000)).toMatchObject({ outcome: 'ok' });
  });

  test('unless it is not to be verified', async () => {
    const { port, files } = await tlsServer(litter.folder());
    const { cert, key } = files;
    expect(await ping(endpoint(port, { cert, key, verify: false }, '127.0.0.1'), 2000)).toMatchObject({
      outcome: 'ok',
    });
  });

  test('a file that is missing is named', async () => {
    const { port, files } = await tlsServer(litter.folder());
    const result = await get(endpoint(port, { ...files, ca: '/nowhere/ca.pem' }), { path: '/', deadlineMs: 500 });
    expect(result).toEqual({
      outcome: 'unusable',
      message:
        'The TLS file /nowhere/ca.pem cannot be read (ENOENT). Restore it, or choose an endpoint that needs none.',
    });
  });

  test('a file that holds no certificate makes the endpoint unusable', async () => {
    const folder = litter.folder();
    const { port, files } = await tlsServer(folder);
    const cert = join(folder, 'empty.pem');
    writeFileSync(cert, 'nothing');
    expect(await ping(endpoint(port, { ...files, cert }), 500)).toMatchObject({
      outcome: 'unreachable',
      code: unusableCode,
    });
  });

  test('plain HTTP to a TLS port ends at once, whatever it is called', async () => {
    const { port } = await tlsServer(litter.folder());
    const plain: Endpoint = { kind: 'tcp', host: '127.0.0.1', port, basePath: '', source: 'setting', display: '' };
    expect(await ping(plain, 2000)).toMatchObject({ outcome: expect.stringMatching(/status|unreachable/u) as string });
  });
});

test('an agent keeps its connection; without one each request has its own', async () => {
  const path = join(litter.folder(), 'docker.sock');
  let connections = 0;
  const server = createHttpServer((_request, response) => response.end('OK'));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  litter.later(() => server.close());
  for (let n = 0; n < 3; n += 1) await get(unixEndpoint(path), { path: '/', deadlineMs: 900 });
  expect(connections).toBe(3);
  const agent = new Agent({ keepAlive: true });
  for (let n = 0; n < 3; n += 1) await get(unixEndpoint(path), { path: '/', deadlineMs: 900, agent });
  agent.destroy();
  expect(connections).toBe(4);
});

test('a body over the bound is not taken', async () => {
  const path = join(litter.folder(), 'docker.sock');
  const server = createHttpServer((_request, response) => response.end('x'.repeat(1000)));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  litter.later(() => server.close());
  const ask = { path: '/', deadlineMs: 900 };
  expect(await get(unixEndpoint(path), { ...ask, maxBytes: 999 })).toEqual({ outcome: 'too-large', limit: 999 });
  expect(await get(unixEndpoint(path), { ...ask, maxBytes: 1000 })).toMatchObject({ outcome: 'answer', status: 200 });
});

test('a signal that was given before is heard', async () => {
  const result = await get(unixEndpoint('/nowhere'), { path: '/', deadlineMs: 900, signal: AbortSignal.abort() });
  expect(result).toEqual({ outcome: 'aborted' });
});
