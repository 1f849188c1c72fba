import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveEndpoint, type Endpoint, type EndpointReader, type EndpointResult } from '../../../src/engine/endpoint';

/** A machine that is nothing but an environment and some files. */
function machine(env: Record<string, string>, files: Record<string, string> = {}): EndpointReader {
  return {
    env,
    homedir: '/home/u',
    readFile(path) {
      const text = files[path];
      if (text === undefined)
        throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
      return text;
    },
    exists: (path) => path in files,
  };
}

function endpointOf(result: EndpointResult): Endpoint {
  if (!result.ok) throw new Error(`refused: ${result.message}`);
  return result.endpoint;
}

function messageOf(result: EndpointResult): string {
  if (result.ok) throw new Error(`not refused: ${result.endpoint.display}`);
  return result.message;
}

function contextFiles(
  name: string,
  host: string,
  extra: { skip?: boolean; tls?: readonly string[]; folder?: string } = {},
) {
  const folder = extra.folder ?? '/home/u/.docker';
  const id = createHash('sha256').update(name).digest('hex');
  const docker = { Host: host, SkipTLSVerify: extra.skip ?? false };
  const files: Record<string, string> = {
    [`${folder}/contexts/meta/${id}/meta.json`]: JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }),
  };
  for (const file of extra.tls ?? []) files[`${folder}/contexts/tls/${id}/docker/${file}`] = 'pem';
  return files;
}

const config = (currentContext: string): Record<string, string> => ({
  '/home/u/.docker/config.json': JSON.stringify({ auths: {}, currentContext }),
});

describe('who decides', () => {
  const everything = {
    ...config('work'),
    ...contextFiles('work', 'tcp://work:1'),
    ...contextFiles('named', 'tcp://named:1'),
    '/run/user/7/docker.sock': '',
  };
  const env = { DOCKER_HOST: 'tcp://host:1', DOCKER_CONTEXT: 'named', XDG_RUNTIME_DIR: '/run/user/7' };

  test('the setting goes before everything', () => {
    expect(endpointOf(resolveEndpoint(machine(env, everything), 'tcp://set:1'))).toMatchObject({
      kind: 'tcp',
      host: 'set',
      port: 1,
      source: 'setting',
      display: 'tcp://set:1',
    });
  });

  test('an empty setting is none', () => {
    expect(endpointOf(resolveEndpoint(machine(env, everything), '  ')).source).toBe('DOCKER_HOST');
  });

  test('DOCKER_HOST goes before DOCKER_CONTEXT', () => {
    expect(endpointOf(resolveEndpoint(machine(env, everything)))).toMatchObject({
      host: 'host',
      source: 'DOCKER_HOST',
    });
  });

  test('DOCKER_CONTEXT goes before config.json; an empty DOCKER_HOST is none', () => {
    expect(endpointOf(resolveEndpoint(machine({ ...env, DOCKER_HOST: '' }, everything)))).toMatchObject({
      host: 'named',
      source: 'DOCKER_CONTEXT',
      context: 'named',
    });
  });

  test('currentContext goes before the rootless socket', () => {
    const { XDG_RUNTIME_DIR } = env;
    expect(endpointOf(resolveEndpoint(machine({ XDG_RUNTIME_DIR }, everything)))).toMatchObject({
      host: 'work',
      source: 'config.json',
      context: 'work',
    });
  });

  test('the rootless socket is found when nothing else is there', () => {
    const files = { '/run/user/7/docker.sock': '' };
    expect(endpointOf(resolveEndpoint(machine({ XDG_RUNTIME_DIR: '/run/user/7' }, files)))).toEqual({
      kind: 'unix',
      socketPath: '/run/user/7/docker.sock',
      source: 'rootless socket',
      display: 'unix:///run/user/7/docker.sock',
    });
  });

  test.each([
    ['a root daemon has a socket', { '/run/user/7/docker.sock': '', '/var/run/docker.sock': '' }, '/run/user/7'],
    ['there is no rootless socket', {}, '/run/user/7'],
    ['the runtime folder is not a path', { 'docker.sock': '' }, ''],
  ])('the default socket, because %s', (_why, files, XDG_RUNTIME_DIR) => {
    expect(endpointOf(resolveEndpoint(machine({ XDG_RUNTIME_DIR }, files)))).toEqual({
      kind: 'unix',
      socketPath: '/var/run/docker.sock',
      source: 'default',
      display: 'unix:///var/run/docker.sock',
    });
  });

  test.each([
    [{ DOCKER_CONTEXT: 'default' }, {}],
    [{ DOCKER_HOST: '  ' }, {}],
    [{}, config('default')],
  ])('who says default gets the default: %j', (variables, files) => {
    const all = { ...files, '/run/user/7/docker.sock': '' };
    const found = endpointOf(resolveEndpoint(machine({ XDG_RUNTIME_DIR: '/run/user/7', ...variables }, all)));
    expect(found).toMatchObject({ socketPath: '/var/run/docker.sock', source: 'default' });
  });

  test('DOCKER_CONTEXT=default passes over the current context', () => {
    const found = endpointOf(resolveEndpoint(machine({ DOCKER_CONTEXT: 'default' }, everything)));
    expect(found.source).toBe('default');
  });
});

describe('contexts', () => {
  test('are looked for in DOCKER_CONFIG', () => {
    const files = contextFiles('c', 'unix:///c.sock', { folder: '/cfg' });
    expect(endpointOf(resolveEndpoint(machine({ DOCKER_CONFIG: '/cfg', DOCKER_CONTEXT: 'c' }, files)))).toMatchObject({
      socketPath: '/c.sock',
    });
  });

  test('that do not exist are named, with their file', () => {
    const message = messageOf(resolveEndpoint(machine({ DOCKER_CONTEXT: 'nope' })));
    expect(message).toContain('"nope" does not exist');
    expect(message).toContain('ca3704aa0b06f5954c79ee837faa152d84d6b2d42838f0637a15eda8337dbdce');
  });

  test('that cannot be parsed are named', () => {
    const [path] = Object.keys(contextFiles('c', ''));
    const reader = machine({ DOCKER_CONTEXT: 'c' }, { [path ?? '']: '{"Endpoints":{}}' });
    expect(messageOf(resolveEndpoint(reader))).toContain('"c" cannot be read');
  });

  test('behind ssh are refused', () => {
    const reader = machine({ DOCKER_CONTEXT: 'far' }, contextFiles('far', 'ssh://u@h'));
    expect(messageOf(resolveEndpoint(reader))).toBe(
      'The docker context "far" has the host ssh://u@h: an engine behind ssh cannot be watched from here. Forward its socket with ssh -L and name that with unix://.',
    );
  });

  test.each([
    ['nothing', {}, 80],
    ['TLS files', { tls: ['ca.pem', 'cert.pem', 'key.pem'] }, 443],
    ['skip-tls-verify', { skip: true }, 443],
  ])('without a port, %s decides it', (_what, extra, port) => {
    const reader = machine({ DOCKER_CONTEXT: 'c' }, contextFiles('c', 'tcp://h', extra));
    expect(endpointOf(resolveEndpoint(reader))).toMatchObject({ port, kind: port === 80 ? 'tcp' : 'tls' });
  });

  test('take the TLS files that are there, the pair only whole, and nothing of the environment', () => {
    const env = { DOCKER_CONTEXT: 'c', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    const reader = machine(env, contextFiles('c', 'https://h:9', { tls: ['ca.pem', 'cert.pem'], skip: true }));
    const endpoint = endpointOf(resolveEndpoint(reader));
    expect(endpoint).toMatchObject({ kind: 'tls', port: 9, tls: { verify: false } });
    if (endpoint.kind !== 'tls') throw new Error('not TLS');
    expect(endpoint.tls.ca).toMatch(/contexts\/tls\/[\da-f]{64}\/docker\/ca\.pem$/u);
    expect(endpoint.tls).not.toHaveProperty('cert');
  });

  test('https:// without TLS files is plain HTTP, as docker speaks it', () => {
    const reader = machine({ DOCKER_CONTEXT: 'c' }, contextFiles('c', 'https://h:9'));
    expect(endpointOf(resolveEndpoint(reader)).kind).toBe('tcp');
  });
});

describe('config.json', () => {
  test.each(['{bad', '{"currentContext":5}'])('%s is passed over with a warning', (text) => {
    const result = resolveEndpoint(machine({}, { '/home/u/.docker/config.json': text }));
    expect(result).toMatchObject({ ok: true, endpoint: { source: 'default' } });
    expect(result.ok && result.warning).toContain('/home/u/.docker/config.json');
  });

  test('a missing one is no warning', () => {
    expect(resolveEndpoint(machine({}))).not.toHaveProperty('warning');
  });
});

describe('TLS of the environment', () => {
  test('without a host is tcp://localhost:2376', () => {
    const endpoint = endpointOf(resolveEndpoint(machine({ DOCKER_TLS_VERIFY: '1' })));
    expect(endpoint).toMatchObject({ kind: 'tls', host: 'localhost', port: 2376, source: 'default' });
    expect(endpoint).toMatchObject({ tls: { ca: '/home/u/.docker/ca.pem', verify: true } });
  });

  test('any text is a yes, even 0', () => {
    expect(endpointOf(resolveEndpoint(machine({ DOCKER_TLS_VERIFY: '0' }))).kind).toBe('tls');
  });

  test('DOCKER_TLS alone does not verify', () => {
    const endpoint = endpointOf(resolveEndpoint(machine({ DOCKER_TLS: '1', DOCKER_HOST: 'tcp://h' })));
    expect(endpoint).toMatchObject({ kind: 'tls', port: 2375, tls: { verify: false } });
  });

  test('DOCKER_CERT_PATH says where, and the pair is taken when both are there', () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c', DOCKER_HOST: 'tcp://h:1' };
    const both = endpointOf(resolveEndpoint(machine(env, { '/c/cert.pem': '', '/c/key.pem': '' })));
    expect(both).toMatchObject({ tls: { ca: '/c/ca.pem', cert: '/c/cert.pem', key: '/c/key.pem' } });
    const half = endpointOf(resolveEndpoint(machine(env, { '/c/cert.pem': '' })));
    expect(half.kind === 'tls' && half.tls).toEqual({ ca: '/c/ca.pem', verify: true });
  });

  test('a socket is never spoken to in TLS', () => {
    expect(endpointOf(resolveEndpoint(machine({ DOCKER_TLS_VERIFY: '1', DOCKER_HOST: 'unix:///x' }))).kind).toBe(
      'unix',
    );
  });
});

test('an address is shown as it would be written', () => {
  expect(endpointOf(resolveEndpoint(machine({ DOCKER_HOST: 'tcp://[::1]:9/pre/' })))).toMatchObject({
    display: 'tcp://[::1]:9/pre',
    basePath: '/pre',
  });
});

test('a refusal names the variable, its value and what to write', () => {
  expect(messageOf(resolveEndpoint(machine({ DOCKER_HOST: 'tcp://h:x' })))).toBe(
    'DOCKER_HOST is tcp://h:x: it is not an address, expected tcp://host:port.',
  );
});

test('whatever the environment holds, the answer is an endpoint with a usable place or one sentence', () => {
  const text = fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('unix://', 'tcp://', 'ssh://h', '[::]:', '://', ''));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_TLS'), text),
      (env) => {
        const result = resolveEndpoint(machine(env));
        if (!result.ok) return result.message.length > 0;
        const { endpoint } = result;
        if (endpoint.kind === 'unix') return endpoint.socketPath.startsWith('/');
        return (
          endpoint.port >= 1 && endpoint.port <= 65_535 && endpoint.host !== '' && !endpoint.basePath.endsWith('/')
        );
      },
    ),
    { numRuns: 2000 },
  );
});
