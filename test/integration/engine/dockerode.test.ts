import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runningContainers } from '../../../src/engine/dockerode';
import { loadDockerode } from '../../../src/engine/loadDockerode';
import { Litter, tcpEndpoint, unixEndpoint } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

const listed = [{ id: 'abc', name: 'web', image: 'nginx', status: 'Up 2 minutes' }];

test('lists what runs, over a socket', async () => {
  const path = join(litter.folder(), 'docker.sock');
  await litter.daemon(path);
  const dockerode = await loadDockerode();
  expect(await dockerode.runningContainers(unixEndpoint(path))).toEqual(listed);
});

test('over TCP, below a base path', async () => {
  let asked = '';
  const server = createServer((request, response) => {
    asked = request.url ?? '';
    response.setHeader('Content-Type', 'application/json').end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  litter.later(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  expect(await runningContainers({ ...tcpEndpoint(address.port), basePath: '/pre' })).toEqual([]);
  expect(asked).toMatch(/^\/pre\/containers\/json/u);
});

test('asks the endpoint it was given, whatever DOCKER_HOST says', async () => {
  const path = join(litter.folder(), 'docker.sock');
  await litter.daemon(path);
  const before = process.env['DOCKER_HOST'];
  process.env['DOCKER_HOST'] = 'tcp://127.0.0.1:1';
  try {
    expect(await runningContainers(unixEndpoint(path))).toEqual(listed);
  } finally {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
  }
});

test('an engine that is not there is an error', async () => {
  await expect(runningContainers(unixEndpoint(join(litter.folder(), 'none')))).rejects.toThrow('ENOENT');
});

test('a TLS file that cannot be read is named', async () => {
  const tls = { ca: '/nowhere/ca.pem', verify: true };
  const endpoint = { ...tcpEndpoint(1), kind: 'tls', tls } as const;
  await expect(runningContainers(endpoint)).rejects.toThrow('/nowhere/ca.pem');
});
